public import AlertModel
internal import Synchronization

/// The fields that a table's rows add to alerts: made when a row is first asked for, and then only handed over.
public final class RowFields: Sendable {
  private let table: Table
  private let names: [(column: Int, field: String)]
  private let slots = AtomicLazyReference<Slots>()

  /// - Parameter names: which columns are added, and under which names. Empty cells add nothing.
  public init(_ table: Table, _ names: [(column: Int, field: String)]) {
    self.table = table
    self.names = names
  }

  /// What the row adds. Called from several threads at once.
  public func fields(ofRow row: Int) -> [AddedField] {
    let slots = self.slots.load() ?? self.slots.storeIfNil(Slots(table.rowCount))
    let slot = slots.rows[row]
    return (slot.fields.load() ?? slot.fields.storeIfNil(Fields(makeFields(row)))).fields
  }

  private func makeFields(_ row: Int) -> [AddedField] {
    names.compactMap { column, field in
      let text = table.text(row: row, column: column)
      guard !text.isEmpty else { return nil }
      guard table.isJSON(row: row, column: column) else { return AddedField(field, text: text) }
      return try? AddedField(field, json: Array(text.utf8))
    }
  }

  private final class Fields: Sendable {
    let fields: [AddedField]
    init(_ fields: [AddedField]) { self.fields = fields }
  }

  private final class Slot: Sendable {
    let fields = AtomicLazyReference<Fields>()
  }

  private final class Slots: Sendable {
    let rows: [Slot]
    init(_ count: Int) { rows = (0..<count).map { _ in Slot() } }
  }
}
