public import AlertModel

/// Writes the ECS view of alerts: one JSON object with every field that an alert's format gives an ECS name, and Weir's
/// severity.
///
/// Values keep their bytes; only what a format works out (times, joined texts) is new. Of a document that is in ECS
/// already the view is the document itself, with the fields that its format adds. A view belongs to one thread.
public struct ECSView {
  private let formats: FormatSet
  private let trees: [NameTree]
  private let arena = TextArena()
  private var writer = AlertWriter()

  public init(_ formats: FormatSet) {
    self.formats = formats
    trees = formats.formats.map { format in
      var tree = NameTree()
      tree.insert("@timestamp"[...], nil)
      tree.insert("severity"[...], .severity)
      for name in format.fields.names {
        guard let source = format.fields[name] else { continue }
        tree.insert(name[...], .source(source, FieldPath(name)))
      }
      return tree
    }
  }

  /// Appends the view as one line of JSON, without a line break at the end.
  public mutating func appendECS(of alert: borrowing Alert, to output: inout [UInt8]) {
    arena.reset()
    let format = formats.formats[alert.table]
    let values = ECSValues(alert: alert, emptyIsMissing: format.fields.emptyIsMissing, arena: arena)
    guard format.isECS else {
      if !values.append(trees[alert.table], to: &output) { output.append(contentsOf: "{}".utf8) }
      return
    }
    writer.begin()
    writer.add(AddedField("severity", text: alert.severity.description))
    var value: [UInt8] = []
    for name in format.fields.names {
      guard let source = format.fields[name] else { continue }
      value.removeAll(keepingCapacity: true)
      if values.append(source, to: &value) { writer.add(FieldPath(name)) { $0.append(contentsOf: value) } }
    }
    writer.write(alert.document, to: &output)
  }
}
