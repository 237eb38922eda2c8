internal import AlertModel
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// What one configuration decided about one alert.
struct Decision: Sendable {
  /// The alert's stable id, as the inside of a JSON string.
  let id: [UInt8]
  let origin: Origin
  let severity: Severity
  let fate: Fate
  /// Its place in the outcome's block.
  let place: Int32?

  /// What an alert was made of.
  struct Origin: Sendable, Hashable {
    /// The line on which its document begins.
    let line: Int
    /// The rule that made it from an event.
    let rule: String?
  }

  enum Fate: Sendable, Equatable {
    /// By the allowlist entry of that name.
    case suppressed(by: String)
    case routed(OutputSet)
    case unrouted
  }
}

/// Outputs by their numbers in an `OutputNumbers`.
struct OutputSet: Sendable, Equatable {
  var bits: UInt64 = 0

  mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }
}

/// Numbers for the names of the outputs of both configurations: the same name, the same number.
struct OutputNumbers: Sendable {
  private(set) var names: [String] = []

  /// The most outputs that two configurations may have together.
  static let limit = 64

  /// Numbers for these names; nil where there would be more than `limit`.
  mutating func numbers(of names: [String]) -> [Int]? {
    let numbers = names.map { name in
      if let known = self.names.firstIndex(of: name) { return known }
      self.names.append(name)
      return self.names.count - 1
    }
    return self.names.count <= Self.limit ? numbers : nil
  }

  func names(in set: OutputSet) -> [String] {
    names.indices.filter { set.bits >> UInt64($0) & 1 == 1 }.map { names[$0] }
  }
}

/// Notes what a worker decides about each alert of a chunk.
final class DecisionRecorder: PipelineWitness {
  private let routes: [OutputSet]
  private let recorded = Mutex<[Decision]>([])
  /// By the alert's number in the chunk.
  private let origins = Mutex<[Int: Decision.Origin]>([:])

  /// - Parameter routes: by route, the outputs that it leads to.
  init(routes: [OutputSet]) {
    self.routes = routes
  }

  /// What was decided since the last time that somebody took it.
  func take() -> [Decision] {
    recorded.withLock { recorded in
      defer { recorded.removeAll(keepingCapacity: true) }
      return recorded
    }
  }

  func began(_ number: Int, line: Int, _ alert: borrowing Alert, rule: String?) {
    origins.withLock { $0[number] = Decision.Origin(line: line, rule: rule) }
  }

  func ended(_ end: AlertEnd, _ alert: borrowing Alert) {
    let fate: Decision.Fate =
      switch end.fate {
      case .suppressed(let suppression): .suppressed(by: suppression.entry)
      case .routed(let taken): .routed(OutputSet(bits: taken.reduce(0) { $0 | routes[$1].bits }))
      case .unrouted: .unrouted
      }
    let origin = origins.withLock { $0.removeValue(forKey: end.number) } ?? Decision.Origin(line: 0, rule: nil)
    let decision = Decision(id: end.id, origin: origin, severity: alert.severity, fate: fate, place: end.place)
    recorded.withLock { $0.append(decision) }
  }
}
