/// A table that a person keeps: named columns, rows of text, and the line that each row stands on.
///
/// All cells lie in one buffer. Cells are text, so that `012345678901` stays what it is; only numbers, truth values and
/// lists of a JSON file, and lists of a YAML file, are kept as JSON.
public struct Table: Sendable {
  /// The file as messages name it.
  public let file: String

  /// The names of the columns, in the file's order; each comes once.
  public let columns: [String]

  private let bytes: [UInt8]
  /// The end of each cell in `bytes`, row after row.
  private let ends: [UInt32]
  private let lines: [UInt32]
  /// The cells that are JSON and not text, by row × columns + column.
  private let json: Set<Int>

  init(file: String, columns: [String], bytes: [UInt8], ends: [UInt32], lines: [UInt32], json: Set<Int>) {
    self.file = file
    self.columns = columns
    self.bytes = bytes
    self.ends = ends
    self.lines = lines
    self.json = json
  }

  /// How many rows there are, the header not counted.
  public var rowCount: Int { lines.count }

  /// The line that the row begins on.
  public func line(ofRow row: Int) -> Int { Int(lines[row]) }

  /// Where the row begins.
  public func place(ofRow row: Int) -> SourcePlace { SourcePlace(file: file, line: line(ofRow: row), column: 1) }

  /// Calls `body` with the cell's bytes; a missing cell is empty.
  public func withCell<Result>(
    row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let cell = row * columns.count + column
    let start = cell == 0 ? 0 : Int(ends[cell - 1])
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<Int(ends[cell])])) }
  }

  /// The cell as text; a missing cell is empty.
  public func text(row: Int, column: Int) -> String {
    withCell(row: row, column: column) { String(decoding: $0, as: UTF8.self) }
  }

  /// True where the cell is a JSON value, not text.
  public func isJSON(row: Int, column: Int) -> Bool { json.contains(row * columns.count + column) }

  /// The place of the column of that name.
  public func column(_ name: String) -> Int? { columns.firstIndex(of: name) }
}
