internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import Testing

struct PacingTests {
  private func time(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }

  @Test func `A bucket holds a second's tokens and fills evenly`() {
    var bucket = TokenBucket(Rate(10, per: .seconds(1)), now: time(100))
    #expect(bucket.available(time(100)) == 10)
    bucket.take(10, now: time(100))
    #expect(bucket.available(time(100)) == 0)
    #expect(bucket.next(time(100)) == time(100.1))
    #expect(bucket.available(time(100.35)) == 3)
    #expect(bucket.available(time(1000)) == 10)
    #expect(bucket.duration(of: 600) == .seconds(60))
  }

  @Test func `A slow rate has one token at a time`() {
    var bucket = TokenBucket(Rate(2, per: .seconds(3600)), now: time(0))
    #expect(bucket.available(time(0)) == 1)
    bucket.take(1, now: time(0))
    #expect(bucket.next(time(1)) == time(1800))
  }

  @Test func `Backoff doubles to its limit, and jitters over the whole`() {
    let backoff = Backoff(first: .seconds(1), longest: .seconds(60))
    #expect((1...8).map { backoff.ceiling(after: $0) } == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    #expect(backoff.ceiling(after: .max) == .seconds(60))
    var random: any RandomNumberGenerator = SeededRandom(seed: 3)
    let waits = (0..<1000).map { _ in backoff.delay(after: 4, using: &random) }
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(8) })
    #expect(waits.contains { $0 < .seconds(1) } && waits.contains { $0 > .seconds(7) })
  }

  @Test func `A breaker opens, waits, lets one through, and closes`() {
    var breaker = Breaker(threshold: 2)
    breaker.fail("down", now: time(1))
    #expect(breaker.permission(time(1)) == .all)
    breaker.fail("down", now: time(2))
    breaker.pause(until: time(10))
    #expect(breaker.permission(time(9)) == .wait(until: time(10)))
    #expect(breaker.permission(time(10)) == .probe)
    breaker.succeed()
    #expect(breaker.permission(time(10)) == .all)
  }
}
