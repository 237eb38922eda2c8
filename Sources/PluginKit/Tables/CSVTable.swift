/// Reads CSV as spreadsheets and scripts really write it.
///
/// The first line that is neither blank nor a comment (`#`) is the header. White space around cells is dropped unless it
/// is quoted. CR LF, LF, a byte order mark and a last line without a line break are fine. The separator is the comma; a
/// header without commas is taken to be separated by semicolons or tabs.
enum CSVTable {
  static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(ConfigurationError) -> Table {
    var scanner = CSVScanner(bytes)
    scanner.skipBlankLinesAndComments()
    scanner.separator = scanner.separatorOfLine()
    var builder = TableBuilder(file: file, columns: try header(&scanner, file: file))
    builder.reserve(bytes: bytes.count)
    scanner.skipBlankLinesAndComments()
    while !scanner.isAtEnd, !builder.isHopeless {
      guard readRow(&scanner, &builder) else { break }
      scanner.skipBlankLinesAndComments()
    }
    return try builder.table()
  }

  private static func header(_ scanner: inout CSVScanner, file: String) throws(ConfigurationError) -> [String] {
    guard !scanner.isAtEnd else {
      throw ConfigurationError("the table is empty; was it cut short while being written?", at: SourcePlace(file: file))
    }
    let place = SourcePlace(file: file, line: scanner.line, column: 1)
    var columns: [String] = []
    while true {
      var cell: [UInt8] = []
      let end = scanner.readCell { cell.append(contentsOf: $0) }
      if case .mistake(let message, let line) = end {
        throw ConfigurationError(message, at: SourcePlace(file: file, line: line, column: 1))
      }
      let name = String(decoding: cell, as: UTF8.self)
      guard !name.isEmpty else {
        throw ConfigurationError("column \(columns.count + 1) of the header has no name", at: place)
      }
      guard !columns.contains(name) else {
        throw ConfigurationError("the header names the column '\(name)' twice", at: place)
      }
      columns.append(name)
      if end == .endOfRow { return columns }
    }
  }

  /// Reads one row; false where reading cannot go on.
  private static func readRow(_ scanner: inout CSVScanner, _ builder: inout TableBuilder) -> Bool {
    let start = scanner.line
    while true {
      let end = scanner.readCell { builder.append($0) }
      builder.endCell()
      switch end {
      case .moreFollow: continue
      case .mistake(let message, let line):
        builder.report(message, line: line)
        return false
      case .endOfRow: break
      }
      let count = builder.cellsInRow
      guard count != builder.columns.count else {
        builder.endRow(line: start)
        return true
      }
      let cells = count == 1 ? "1 cell" : "\(count) cells"
      let hint = scanner.isAtEnd ? "; was the file cut short while being written?" : ""
      builder.report("this row has \(cells), but the header has \(builder.columns.count)\(hint)", line: start)
      builder.dropRow()
      return true
    }
  }
}
