internal import AlertModel

/// Reads a table from JSON: a list of objects, an object of objects whose keys become the column `key`, an object of
/// texts (columns `key` and `value`), or an object that holds one list of objects, as `aws organizations list-accounts`
/// prints it (https://docs.aws.amazon.com/cli/latest/reference/organizations/list-accounts.html).
struct JSONTable {
  private let file: String
  private var builder: TableBuilder
  private var lines: LineCounter

  static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(ConfigurationError) -> Table {
    let parser = DocumentParser()
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let text = UnsafeRawBufferPointer(rebasing: bytes[start...])
    let root: JSONNode
    do throws(JSONError) {
      root = try parser.parse(text)
    } catch {
      var lines = LineCounter(text)
      let hint = error.isIncomplete ? "; was the file cut short while being written?" : ""
      let place = SourcePlace(file: file, line: lines.line(at: error.offset), column: lines.column(at: error.offset))
      throw ConfigurationError("this is not JSON: \(error)\(hint)", at: place)
    }
    var reader = JSONTable(file: file, builder: TableBuilder(file: file), lines: LineCounter(text))
    reader.readRoot(root)
    return try reader.builder.table()
  }

  private mutating func readRoot(_ root: JSONNode) {
    if root.kind == .array {
      readList(root)
    } else if let list = Self.onlyList(in: root) {
      readList(list)
    } else if root.kind == .object {
      readObject(root)
    } else {
      builder.report("expected a list of objects or an object, but found one value", line: 1)
    }
  }

  /// The list of objects that an object holds, where there is exactly one; or its only list, where that is empty.
  private static func onlyList(in root: JSONNode) -> JSONNode? {
    guard root.kind == .object, !root.members.contains(where: { $0.value.kind == .object }) else { return nil }
    let lists = root.members.map(\.value).filter { $0.kind == .array }
    let ofObjects = lists.filter { list in !list.isEmptyContainer && list.elements.allSatisfy { $0.kind == .object } }
    if ofObjects.isEmpty { return lists.count == 1 && lists[0].isEmptyContainer ? lists[0] : nil }
    return ofObjects.count == 1 ? ofObjects[0] : nil
  }

  private mutating func readList(_ list: JSONNode) {
    var rows: [(line: Int, cells: [TableBuilder.Cell])] = []
    for element in list.elements {
      let line = lines.line(at: element.offset)
      guard element.kind == .object else {
        builder.report("expected an object, one for each row of the table", line: line)
        if builder.isHopeless { return }
        continue
      }
      rows.append((line, cells(of: element)))
    }
    builder.add(rows)
  }

  private mutating func readObject(_ root: JSONNode) {
    var rows: [(line: Int, cells: [TableBuilder.Cell])] = []
    for member in root.members {
      let line = lines.line(at: member.key.offset)
      var key: [UInt8] = []
      member.key.value.appendText(to: &key)
      var row = [TableBuilder.Cell(name: "key", bytes: key)]
      if member.value.kind == .object {
        row += cells(of: member.value)
      } else {
        append(member.value, named: "value", to: &row)
      }
      rows.append((line, row))
    }
    builder.add(rows)
  }

  private func cells(of object: JSONNode) -> [TableBuilder.Cell] {
    var cells: [TableBuilder.Cell] = []
    for member in object.members { append(member.value, named: member.key.value.text, to: &cells) }
    return cells
  }

  /// Adds a value; the members of an object become columns with dotted names, null is no value.
  private func append(_ value: JSONNode, named name: String, to cells: inout [TableBuilder.Cell]) {
    switch value.kind {
    case .null: break
    case .object:
      for member in value.members { append(member.value, named: name + "." + member.key.value.text, to: &cells) }
    case .string:
      var text: [UInt8] = []
      value.value.appendText(to: &text)
      cells.append(TableBuilder.Cell(name: name, bytes: text))
    case .array, .number, .true, .false:
      var json: [UInt8] = []
      AlertWriter.copy(value.source, to: &json)
      cells.append(TableBuilder.Cell(name: name, bytes: json, isJSON: true))
    }
  }
}

/// Counts lines up to places that are asked for in ascending order.
struct LineCounter {
  private let text: UnsafeRawBufferPointer
  private var at = 0
  private var count = 1
  private var lineStart = 0

  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  /// The line, from 1, of the byte at `offset`.
  mutating func line(at offset: Int) -> Int {
    while at < min(offset, text.count) {
      if text[at] == 0x0A {
        count += 1
        lineStart = at + 1
      }
      at += 1
    }
    return count
  }

  /// The column, from 1, in characters, of the byte at `offset`, on the line that was last asked for.
  func column(at offset: Int) -> Int {
    text[lineStart..<min(max(offset, lineStart), text.count)].count { $0 & 0xC0 != 0x80 } + 1
  }
}
