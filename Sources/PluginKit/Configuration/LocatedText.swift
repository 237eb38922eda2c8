/// Text that a person wrote in a file, and where each piece of it stands there.
///
/// For settings whose text is itself read by a parser, such as KQL: the parser's errors can point into the file.
public struct LocatedText: Sendable {
  /// The text, without quotes and escapes.
  public let text: String

  /// Where the text (or its quote) begins.
  public let place: SourcePlace

  /// True where some of the text came from `${…}`. Such text is not printed.
  public let isReference: Bool

  /// Where the runs of characters stand that lie side by side in the file; empty where only the beginning is known.
  public let runs: [Run]

  /// Characters that stand side by side on one line of the file.
  public struct Run: Sendable, Equatable {
    /// The first one's place in the text, in UTF-8 bytes.
    public let offset: Int
    /// Its line in the file, from 1.
    public let line: Int
    /// Its column, in characters from 1.
    public let column: Int
    /// True where all of the run stands for one place, as the text of `${NAME}` does.
    public let isFixed: Bool

    public init(offset: Int, line: Int, column: Int, isFixed: Bool = false) {
      self.offset = offset
      self.line = line
      self.column = column
      self.isFixed = isFixed
    }
  }

  /// - Parameter runs: ascending by offset; empty where only the beginning is known.
  public init(
    _ text: String, at place: SourcePlace = LocatedNode.nowhere, runs: [Run] = [], isReference: Bool = false
  ) {
    self.text = text
    self.place = place
    self.runs = runs
    self.isReference = isReference
  }

  /// Where the character stands that begins at this UTF-8 byte of the text; the end of the text for its length.
  public func place(at offset: Int) -> SourcePlace {
    guard let run = runs.last(where: { $0.offset <= offset }) else { return place }
    if run.isFixed { return SourcePlace(file: place.file, line: run.line, column: run.column) }
    let bytes = text.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: run.offset, limitedBy: bytes.endIndex) ?? bytes.endIndex
    let end = bytes.index(bytes.startIndex, offsetBy: offset, limitedBy: bytes.endIndex) ?? bytes.endIndex
    return SourcePlace(file: place.file, line: run.line, column: run.column + text.unicodeScalars[start..<end].count)
  }

  /// The text in quotes for a message, on one line and not too long; where it came from `${…}`, only that it did.
  public var quoted: String { isReference ? "the value from ${…}" : VisibleText.quoted(text) }
}

extension LocatedText: Equatable {
  /// True where the text is the same, wherever it stands.
  public static func == (left: LocatedText, right: LocatedText) -> Bool { left.text == right.text }
}

extension LocatedText: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}
