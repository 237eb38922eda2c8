internal import AlertModel
internal import PluginKit
internal import Synchronization

/// Counts what entries with a budget have held back.
struct Budgets: Sendable {
  /// By number of an entry; nil where it has no budget.
  private let counters: [Counter?]
  private let names: [String]

  private final class Counter: Sendable {
    let state = Mutex((period: Int64(0), used: 0))
  }

  init(_ entries: BorrowingArray<Entry>) {
    counters = entries.map { $0.budget == nil ? nil : Counter() }
    names = entries.map(\.name)
  }

  /// Takes one from the entry's budget; false where it is used up.
  func take(_ number: Int, _ budget: Budget, now: Timestamp) -> Bool {
    guard let counter = counters[number] else { return true }
    let period = Self.period(of: budget, now)
    return counter.state.withLock { state in
      if state.period != period { state = (period, 0) }
      guard state.used < budget.count else { return false }
      state.used += 1
      return true
    }
  }

  /// True where the next `take` would be refused.
  func isUsedUp(_ number: Int, _ budget: Budget, now: Timestamp) -> Bool {
    counters[number]?.state.withLock { $0.period == Self.period(of: budget, now) && $0.used >= budget.count } ?? false
  }

  /// The number of the period that is now, since 1970.
  private static func period(of budget: Budget, _ now: Timestamp) -> Int64 {
    now.nanoseconds / max(1, budget.period.nanoseconds)
  }

  /// Appends the members of a JSON object.
  func write(to json: inout [UInt8]) {
    var isFirst = true
    for (number, counter) in counters.enumerated() {
      guard let counter else { continue }
      let (period, used) = counter.state.withLock { $0 }
      if !isFirst { json.append(UInt8(ascii: ",")) }
      isFirst = false
      JSONEscapes.appendQuoted(names[number], to: &json)
      json += Array(":[\(period),\(used)]".utf8)
    }
  }

  func read(_ object: JSONNode) {
    for member in object.members {
      let name = member.key.value.text
      let values = member.value.elements.compactMap { Int64($0.value.text) }
      guard let number = names.firstIndex(of: name), let counter = counters[number], values.count == 2 else { continue }
      counter.state.withLock { $0 = (values[0], Int(values[1])) }
    }
  }
}
