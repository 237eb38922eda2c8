internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct LaneTests {
  private let clock = ManualClock()
  /// More than half of what a lane hands on.
  private static let size = 5 << 18

  /// A lane whose worker is to take one segment.
  private func lane(pending: Int = 0) -> Lane {
    let lane = Lane(OutputStanding(id: 1, name: "soc", pending: pending, dead: 0, dropped: 0, requeued: 0))
    lane.serve()
    lane.offer(segment(1))
    return lane
  }

  private func segment(_ id: Int64) -> StoredSegment {
    let block = AlertBlock(bytes: [UInt8](repeating: 0, count: Self.size), entries: [])
    return StoredSegment(id: id, accepted: clock.now, block: block, places: Places(0..<2), damaged: Places())
  }

  private func wait(_ lane: Lane) async { await lane.waitForRoom(Self.size, clock: clock) }

  /// Waits while the clock goes on, without the worker taking anything.
  private func wait(_ lane: Lane, while time: Duration) async {
    let waiting = Task { await wait(lane) }
    await clock.waitForSleepers(1)
    clock.advance(by: time)
    await waiting.value
  }

  @Test func `A worker is given time to take what is there, and does not fall behind`() async {
    let lane = lane()
    async let waited: Void = wait(lane)
    #expect(lane.supply == [1])
    await waited
    lane.offer(segment(2))
    #expect(lane.supply == [2])
  }

  @Test func `A worker whose destination takes nothing is not waited for, and falls behind`() async {
    let lane = lane()
    lane.failed()
    await wait(lane)
    lane.offer(segment(2))
    #expect(lane.supply == [1])
    #expect(lane.supply == nil)
  }

  @Test func `Whoever waits goes on when the destination fails`() async {
    let lane = lane()
    let waiting = Task { await wait(lane) }
    await clock.waitForSleepers(1)
    lane.failed()
    await waiting.value
  }

  @Test func `A worker that was waited for in vain is not waited for again until it has caught up`() async {
    let lane = lane()
    await wait(lane, while: .milliseconds(100))
    lane.offer(segment(2))
    lane.settled(1)
    await wait(lane)
    #expect(lane.supply == [1])
    #expect(lane.supply == nil)
    lane.offer(segment(3))
    async let waited: Void = wait(lane)
    #expect(lane.supply == [3])
    await waited
  }

  @Test func `A worker that takes less than 80 MB a second is waited for ever less`() async {
    let lane = lane()
    var left = 100.0
    for id in Int64(2)... {
      let waiting = Task { await wait(lane) }
      // A segment that takes 40 ms comes to 32 MB a second.
      await clock.waitForSleepers(1)
      clock.advance(by: .milliseconds(min(40, left + 0.001)))
      left -= 40
      guard left > 0 else {
        await waiting.value
        break
      }
      #expect(lane.supply == [id - 1])
      await waiting.value
      lane.offer(segment(id))
      left = min(100, left + Double(Self.size) * 12e-6)
    }
    lane.offer(segment(100))
    #expect(lane.supply?.count == 1)
    #expect(lane.supply == nil)
  }

  @Test func `An output for which alerts wait when it starts begins with those`() {
    let lane = lane(pending: 1)
    #expect(lane.supply == nil)
    lane.offer(segment(2))
    #expect(lane.supply == [2])
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
