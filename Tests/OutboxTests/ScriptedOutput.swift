internal import AlertModel
internal import PluginKit
internal import Synchronization

/// An output that answers as a test says, and remembers what it accepted.
struct ScriptedOutput: Output {
  struct Options: PluginOptions {
    init() {}
  }

  static let manual = Manual(name: "scripted", summary: "Answers as a test says.", example: "scripted: {}")
  static let delivery = DeliveryMode.queued

  /// What the destination saw.
  final class Record: Sendable {
    private let state = Mutex<(accepted: [String], calls: [[String]], repeats: [Bool])>(([], [], []))

    var accepted: [String] { state.withLock { $0.accepted } }
    /// The ids of each call's batch.
    var calls: [[String]] { state.withLock { $0.calls } }
    var repeats: [Bool] { state.withLock { $0.repeats } }

    func add(call: [String], isRetry: Bool, accepted: [String]) {
      state.withLock { state in
        state.calls.append(call)
        state.repeats.append(isRetry)
        state.accepted += accepted
      }
    }
  }

  typealias Answer = @Sendable (_ call: Int, _ batch: DeliveryBatch) async throws(DeliveryError) -> Void

  let record: Record
  private let answer: Answer
  private let calls = CallCounter()

  final class CallCounter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock { count in
        defer { count += 1 }
        return count
      }
    }
  }

  init(options: Options, context: PluginContext) {
    self.init { _, _ in }
  }

  init(record: Record = Record(), _ answer: @escaping Answer = { _, _ in }) {
    self.record = record
    self.answer = answer
  }

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let ids = (0..<batch.count).map { batch[$0].id }
    do throws(DeliveryError) {
      try await answer(calls.next(), batch)
      record.add(call: ids, isRetry: batch.isRetry, accepted: ids)
    } catch {
      let accepted = ids.indices.filter { error.outcomes[$0] == nil }.map { ids[$0] }
      record.add(call: ids, isRetry: batch.isRetry, accepted: accepted)
      throw error
    }
  }
}

extension DeliveryError {
  static func retryAll(_ batch: DeliveryBatch, _ reason: String = "down", after: Duration? = nil) -> DeliveryError {
    DeliveryError(all: batch.count, .retry(reason: reason, after: after))
  }
}
