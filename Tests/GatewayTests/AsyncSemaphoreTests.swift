import Synchronization
import Testing

@testable import Gateway

/// No more go on than may, and those who wait do so in their order.
struct AsyncSemaphoreTests {
  private final class Inside: Sendable {
    let counts = Mutex((now: 0, most: 0, entered: 0))
    let order = Mutex<[Int]>([])
  }

  @Test func `At most as many are past it as it counts`() async {
    let semaphore = AsyncSemaphore(3)
    let inside = Inside()
    await withTaskGroup { group in
      for _ in 0..<100 {
        group.addTask {
          await semaphore.wait()
          inside.counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.entered + 1) }
          await Task.yield()
          inside.counts.withLock { $0.now -= 1 }
          semaphore.signal()
        }
      }
    }
    let (now, most, entered) = inside.counts.withLock { $0 }
    #expect(now == 0 && entered == 100)
    #expect((1...3).contains(most))
  }

  @Test func `Who waits longest is next, and a signal that nobody waits for is kept`() async {
    let semaphore = AsyncSemaphore(0)
    let inside = Inside()
    await withTaskGroup { group in
      for number in 0..<3 {
        // It begins to wait before the next is made.
        group.addImmediateTask {
          await semaphore.wait()
          inside.order.withLock { $0.append(number) }
          semaphore.signal()
        }
      }
      semaphore.signal()
    }
    #expect(inside.order.withLock { $0 } == [0, 1, 2])
    await semaphore.wait()
  }
}
