internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct LaneTests {
  private let clock = ManualClock()
  /// More than half of what a lane hands on.
  private static let size = 5 << 20

  /// A lane whose worker has read all that the database had, and was handed one segment since.
  private func lane(isMoving: Bool) -> Lane {
    let lane = Lane(OutputStanding(id: 1, name: "soc", pending: 0, dead: 0, dropped: 0, requeued: 0))
    #expect(lane.supply == nil)
    lane.offer(segment(1))
    if isMoving { lane.settled(1) }
    return lane
  }

  private func segment(_ id: Int64) -> StoredSegment {
    let block = AlertBlock(bytes: [UInt8](repeating: 0, count: Self.size), entries: [])
    return StoredSegment(id: id, accepted: clock.now, block: block, places: Places(0..<2), damaged: Places())
  }

  private func wait(_ lane: Lane) async {
    await lane.waitForRoom(Self.size, until: clock.now + .milliseconds(100), clock: clock)
  }

  @Test func `A worker that delivers is given time to take what is there, and does not fall behind`() async {
    let lane = lane(isMoving: true)
    async let waited: Void = wait(lane)
    #expect(lane.supply == [1])
    await waited
    lane.offer(segment(2))
    #expect(lane.supply == [2])
  }

  @Test func `A worker whose destination takes nothing is not waited for, and falls behind`() async {
    let lane = lane(isMoving: false)
    await wait(lane)
    lane.offer(segment(2))
    #expect(lane.supply == [1])
    #expect(lane.supply == nil)
  }

  @Test func `A worker that was waited for in vain is not waited for again until it has delivered`() async {
    let lane = lane(isMoving: true)
    let waiting = Task { await wait(lane) }
    await clock.waitForSleepers(1)
    clock.advance(by: .milliseconds(100))
    await waiting.value
    await wait(lane)
    lane.offer(segment(2))
    #expect(lane.supply == [1])
    #expect(lane.supply == nil)
  }
}

extension Lane {
  /// The numbers of the segments that are handed on; nil where the worker has to read the database.
  fileprivate var supply: [Int64]? {
    switch take() {
    case .segments(let segments): segments.map(\.id)
    case .inDatabase: nil
    }
  }
}
