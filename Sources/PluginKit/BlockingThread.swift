internal import Dispatch

/// Runs blocking calls (file reads, SQLite, name look-ups) away from Swift's cooperative threads, one at a time and in
/// order.
public final class BlockingThread: Sendable {
  private let queue: DispatchQueue

  /// - Parameter name: shown by debuggers.
  public init(_ name: String) {
    queue = DispatchQueue(label: "weir." + name)
  }

  /// Runs `body` and returns what it returns.
  public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result { try body() }) }
    }
  }
}
