internal import AlertModel

/// Reads a table from a YAML tree: the same forms as JSON. All values are text, those in lists too.
struct YAMLTable {
  private var builder: TableBuilder

  static func read(_ root: LocatedNode, file: String) throws(ConfigurationError) -> Table {
    var reader = YAMLTable(builder: TableBuilder(file: file))
    if let elements = root.elements {
      reader.readList(elements)
    } else if let entries = root.entries {
      if let list = onlyList(in: entries) {
        reader.readList(list)
      } else {
        reader.readMapping(entries)
      }
    } else if !root.isNull {
      reader.builder.report("expected a list of mappings or a mapping, but found \(root.kindName)", at: root.place)
    }
    return try reader.builder.table()
  }

  /// As in JSON.
  private static func onlyList(in entries: [LocatedNode.Entry]) -> [LocatedNode]? {
    guard !entries.contains(where: { $0.value.entries != nil }) else { return nil }
    let lists = entries.compactMap(\.value.elements)
    let ofMappings = lists.filter { list in !list.isEmpty && list.allSatisfy { $0.entries != nil } }
    if ofMappings.isEmpty { return lists.count == 1 && lists[0].isEmpty ? lists[0] : nil }
    return ofMappings.count == 1 ? ofMappings[0] : nil
  }

  private mutating func readList(_ elements: [LocatedNode]) {
    var rows: [(line: Int, cells: [TableBuilder.Cell])] = []
    for element in elements {
      guard let entries = element.entries else {
        builder.report(
          "expected a mapping, one for each row of the table, but found \(element.kindName)", at: element.place)
        continue
      }
      rows.append((element.place.line, cells(of: entries)))
    }
    builder.add(rows)
  }

  private mutating func readMapping(_ entries: [LocatedNode.Entry]) {
    builder.add(
      entries.map { entry in
        var row = [TableBuilder.Cell(name: "key", bytes: Array(entry.key.text.utf8))]
        if let columns = entry.value.entries {
          row += cells(of: columns)
        } else {
          append(entry.value, named: "value", to: &row)
        }
        return (entry.key.place.line, row)
      })
  }

  private func cells(of entries: [LocatedNode.Entry]) -> [TableBuilder.Cell] {
    var cells: [TableBuilder.Cell] = []
    for entry in entries { append(entry.value, named: entry.key.text, to: &cells) }
    return cells
  }

  private func append(_ node: LocatedNode, named name: String, to cells: inout [TableBuilder.Cell]) {
    switch node.content {
    case .scalar(let scalar):
      if !scalar.isNull { cells.append(TableBuilder.Cell(name: name, bytes: Array(scalar.text.text.utf8))) }
    case .mapping(let entries):
      for entry in entries { append(entry.value, named: name + "." + entry.key.text, to: &cells) }
    case .sequence:
      var json: [UInt8] = []
      node.appendJSON(to: &json) { scalar, json in
        if scalar.isNull { json += Array("null".utf8) } else { JSONEscapes.appendQuoted(scalar.text.text, to: &json) }
      }
      cells.append(TableBuilder.Cell(name: name, bytes: json, isJSON: true))
    }
  }
}
