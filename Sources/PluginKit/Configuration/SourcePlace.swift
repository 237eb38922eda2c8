/// A place in a file that a person wrote.
public struct SourcePlace: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The file as messages name it: as it was given on the command line or in the configuration.
  public let file: String
  /// From 1; 0 where only the file is known.
  public let line: Int
  /// In characters (Unicode scalars), from 1.
  public let column: Int

  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or the file alone.
  public var description: String { line > 0 ? "\(file):\(line):\(column)" : file }

  public static func < (left: SourcePlace, right: SourcePlace) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}
