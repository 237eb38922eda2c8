public import AlertModel
internal import Synchronization

/// The fields that a table's rows add to alerts: made when a row is first asked for, and then only handed over.
public final class RowFields: Sendable {
  private let table: Table
  private let names: [(column: Int, path: FieldPath)]
  private let made: OnceSlots<Made>

  /// - Parameters:
  ///   - names: which columns are added, and under which names. Empty cells add nothing.
  ///   - vocabulary: that of the alerts which the fields are added to.
  /// - Throws: `ConfigurationError` for rows of whose cells one would be lost: two columns have the same field, or one a
  ///   field below the other's.
  public init(
    _ table: Table, _ names: [(column: Int, field: String)], _ vocabulary: Vocabulary
  ) throws(ConfigurationError) {
    try Self.check(names, of: table)
    self.table = table
    self.names = names.map { ($0.column, vocabulary.path($0.field)) }
    made = OnceSlots(count: table.rowCount)
  }

  private static func check(
    _ names: [(column: Int, field: String)], of table: Table
  ) throws(ConfigurationError) {
    var columns: [String: Int] = [:]
    var pairs: [(Int, Int)] = []
    for (column, field) in names {
      if let other = columns.updateValue(column, forKey: field) { pairs.append((other, column)) }
    }
    for (column, field) in names {
      for dot in field.indices where field[dot] == "." {
        if let above = columns[String(field[..<dot])] { pairs.append((above, column)) }
      }
    }
    var mistakes: [Diagnostic] = []
    for (one, other) in pairs {
      let row = (0..<table.rowCount).first { row in
        !table.withCell(row: row, column: one, \.isEmpty) && !table.withCell(row: row, column: other, \.isEmpty)
      }
      guard let row else { continue }
      let what = "'\(table.columns[one])' and '\(table.columns[other])'"
      mistakes.append(
        Diagnostic(
          .error, "this row has \(what), and an alert has room for one of them only; rename one of the two columns",
          at: table.place(ofRow: row)))
    }
    guard mistakes.isEmpty else { throw ConfigurationError(mistakes) }
  }

  /// What the row adds. Called from several threads at once.
  public func fields(ofRow row: Int) -> [AddedField] {
    made.ask(row, { Made(makeFields(row)) }, \.fields)
  }

  private func makeFields(_ row: Int) -> [AddedField] {
    names.compactMap { column, path in
      let text = table.text(row: row, column: column)
      guard !text.isEmpty else { return nil }
      guard table.isJSON(row: row, column: column) else { return AddedField(path, text: text) }
      return try? AddedField(path, json: Array(text.utf8))
    }
  }

  private final class Made: Sendable {
    let fields: [AddedField]
    init(_ fields: [AddedField]) { self.fields = fields }
  }
}

/// Places for objects that are made when they are first asked for, from whatever thread, and kept.
// `@unchecked`: the memory is reached through its atomics only, and freed when nobody can ask any more.
private final class OnceSlots<Value: AnyObject & Sendable>: @unchecked Sendable {
  // Not `AtomicLazyReference`: what it does is not specialised, and each question asks the runtime for its type.
  private let slots: UnsafeMutablePointer<Atomic<UnsafeRawPointer?>>
  private let count: Int

  init(count: Int) {
    self.count = count
    slots = .allocate(capacity: max(1, count))
    for at in 0..<count { (slots + at).initialize(to: Atomic(nil)) }
  }

  deinit {
    for at in 0..<count {
      guard let value = slots[at].load(ordering: .acquiring) else { continue }
      Unmanaged<Value>.fromOpaque(value).release()
    }
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  /// Asks the object in that place, where it is: to take it out would cost a reference.
  @inline(__always)
  func ask<Answer>(_ place: Int, _ make: () -> Value, _ question: (Value) -> Answer) -> Answer {
    precondition(place >= 0 && place < count)
    guard let value = slots[place].load(ordering: .acquiring) else { return question(keep(make(), at: place)) }
    return Unmanaged<Value>.fromOpaque(value)._withUnsafeGuaranteedRef { question($0) }
  }

  /// Another thread may have been quicker: then that one's is kept.
  private func keep(_ value: Value, at place: Int) -> Value {
    let mine = Unmanaged.passRetained(value)
    let (isKept, other) = slots[place].compareExchange(
      expected: nil, desired: UnsafeRawPointer(mine.toOpaque()), ordering: .acquiringAndReleasing)
    guard !isKept, let other else { return value }
    mine.release()
    return Unmanaged<Value>.fromOpaque(other).takeUnretainedValue()
  }
}
