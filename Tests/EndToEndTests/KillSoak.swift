import Foundation
import Outbox
import Testing

/// SIGKILL, at random times and at every write point: what was accepted is delivered by a later run.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KillSoak {
  private static let kills = 21
  private static let perRun = 300
  private static let batch = 20

  /// Ten of these are 210 kills. Before each start the input grows.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func `24, 32: nothing is lost by kills at random times, and each repeats one batch at the most`(seed: UInt64)
    async throws
  {
    var random = SeededGenerator(seed)
    // A receiver that is sometimes slow, so that kills meet deliveries under way.
    let receiver = Receiver { number, _ in
      if number % 3 == 0 { usleep(20_000) }
      return .status(200)
    }
    let world = try soakWorld(receiver)
    var written = 0
    var kills = 0
    while kills < Self.kills {
      try world.append(alerts(written..<written + Self.perRun), to: "in.ndjson")
      written += Self.perRun
      let before = receiver.requests.count
      let begun = ContinuousClock.now
      let process = try world.start()
      var delay = Duration.milliseconds(Int.random(in: 5...300, using: &random))
      if kills % 3 > 0 {
        // Two in three come while deliveries are under way, the others at any time since the start.
        _ = try await eventually(within: .seconds(5)) { receiver.requests.count > before }
        delay = ContinuousClock.now - begun + .milliseconds(Int.random(in: 0...40, using: &random))
      }
      let end = await process.end(sending: (SIGKILL, after: delay))
      // A run that was done before the kill came does not count.
      try #require(end.signal == SIGKILL || end.exitCode == 0, "\(end)")
      if end.signal == SIGKILL { kills += 1 }
    }
    try await expectComplete(world, receiver, 0..<written, kills: kills)
  }

  @Test(arguments: CrashPoint.allCases)
  func `24: nothing is lost by a kill at a write point, the first time and the third`(point: CrashPoint) async throws {
    let receiver = Receiver()
    let world = try soakWorld(receiver)
    var written = 0
    var kills = 0
    for time in [1, 3] {
      try world.append(alerts(written..<written + 200), to: "in.ndjson")
      written += 200
      let end = try await world.start(environment: [CrashPoint.variable: "\(point.rawValue):\(time)"]).end()
      // Not every point is met three times by so little.
      #expect(end.signal == SIGKILL || end.exitCode == 0, "\(end)")
      if end.signal == SIGKILL { kills += 1 }
    }
    let isRare = [.beforeWALCheckpoint, .afterWALCheckpoint, .duringSegmentDeletion].contains(point)
    #expect(kills > 0 || isRare)
    try await expectComplete(world, receiver, 0..<written, kills: kills)
  }

  private func soakWorld(_ receiver: Receiver) throws -> World {
    let world = try World(
      World.configuration(
        input: "file: {paths: [in.ndjson]}",
        outputs: [("archive", "file: {path: out.ndjson}"), ("hook", World.webhook(receiver, batch: Self.batch))]))
    try world.write("", "in.ndjson")
    return world
  }

  /// A last run finds the rest: all is there, in order, and repeats are within what is promised.
  private func expectComplete(
    _ world: borrowing World, _ receiver: Receiver, _ all: Range<Int>, kills: Int
  ) async throws {
    let end = try await world.start().end()
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(!end.said.contains("set aside"), "the state was damaged by kills: \(end.said)")
    #expect(world.deadLetters == [])
    let delivered = receiver.accepted
    #expect(Set(all).subtracting(delivered) == [], "lost on the way to the webhook")
    #expect(delivered.count - all.count <= kills * Self.batch, "repeats")
    #expect(delivered.firstTimes == Array(all), "out of order")
    let archived = world.numbers("out.ndjson")
    #expect(Set(all).subtracting(archived.compactMap { $0 }) == [], "lost on the way to the file")
  }
}

extension [Int] {
  /// Each number where it came the first time.
  fileprivate var firstTimes: [Int] {
    var seen: Set<Int> = []
    return filter { seen.insert($0).inserted }
  }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
