/// Puts a table together, row by row, and keeps what is wrong with it.
struct TableBuilder {
  let file: String
  private(set) var columns: [String]
  private(set) var diagnostics: [Diagnostic] = []

  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var lines: [UInt32] = []
  private var json: Set<Int> = []

  /// More problems than this say no more about a file.
  private static let maximumDiagnostics = 20

  init(file: String, columns: [String] = []) {
    self.file = file
    self.columns = columns
  }

  /// Reserves room for a file of that many bytes.
  mutating func reserve(bytes count: Int) {
    bytes.reserveCapacity(count)
    ends.reserveCapacity(count / 8)
    lines.reserveCapacity(count / 32)
  }

  var rowCount: Int { lines.count }

  /// True where there are so many problems that reading on is of no use.
  var isHopeless: Bool { diagnostics.count >= Self.maximumDiagnostics }

  mutating func report(_ message: String, line: Int, column: Int = 1) {
    diagnostics.append(Diagnostic(.error, message, at: SourcePlace(file: file, line: line, column: column)))
  }

  mutating func report(_ message: String, at place: SourcePlace) {
    diagnostics.append(Diagnostic(.error, message, at: place))
  }

  /// Appends to the cell that is being written.
  mutating func append(_ piece: some Sequence<UInt8>) { bytes.append(contentsOf: piece) }

  /// Appends to the cell that is being written.
  mutating func append(_ piece: UnsafeRawBufferPointer) { bytes.append(contentsOf: piece) }

  /// Ends the cell that was written.
  mutating func endCell() { ends.append(UInt32(bytes.count)) }

  /// How many cells the row has that is being written.
  var cellsInRow: Int { ends.count - lines.count * columns.count }

  /// Ends the row, which must have all its cells.
  mutating func endRow(line: Int) { lines.append(UInt32(line)) }

  /// Drops the row that is being written.
  mutating func dropRow() {
    ends.removeLast(cellsInRow)
    bytes.removeLast(bytes.count - Int(ends.last ?? 0))
  }

  /// One cell of a row whose cells have names.
  struct Cell {
    let name: String
    let bytes: [UInt8]
    var isJSON = false
  }

  /// Adds rows whose cells have names; the columns are all names that occur, in their order.
  mutating func add(_ rows: [(line: Int, cells: [Cell])]) {
    var places: [String: Int] = [:]
    for row in rows {
      for cell in row.cells where places[cell.name] == nil {
        places[cell.name] = columns.count
        columns.append(cell.name)
      }
    }
    for row in rows where !isHopeless {
      var cells: [Cell?] = Array(repeating: nil, count: columns.count)
      for cell in row.cells {
        guard let place = places[cell.name] else { continue }
        if cells[place] != nil {
          report("this row has '\(cell.name)' twice; only one could be added, name the other otherwise", line: row.line)
        }
        cells[place] = cell
      }
      for cell in cells {
        if let cell {
          if cell.isJSON { json.insert(ends.count) }
          append(cell.bytes)
        }
        endCell()
      }
      endRow(line: row.line)
    }
  }

  /// - Throws: everything that was reported; an error where there are no rows.
  func table() throws(ConfigurationError) -> Table {
    guard diagnostics.isEmpty else { throw ConfigurationError(diagnostics) }
    guard rowCount > 0 else {
      throw ConfigurationError(
        "the table has no rows; was it cut short while being written?", at: SourcePlace(file: file))
    }
    return Table(file: file, columns: columns, bytes: bytes, ends: ends, lines: lines, json: json)
  }
}
