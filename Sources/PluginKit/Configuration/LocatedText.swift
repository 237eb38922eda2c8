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

  private let alignment: Alignment

  /// How the text's characters stand in the file. Of the usual case there may be many, so it needs no memory of its own.
  private enum Alignment: Sendable {
    /// All side by side, so many columns behind `place`.
    case oneLine(indent: Int)
    case runs([Run])
  }

  /// Where the runs of characters stand that lie side by side in the file; empty where only the beginning is known.
  public var runs: [Run] {
    switch alignment {
    case .oneLine(let indent): [Run(offset: 0, line: place.line, column: place.column + indent)]
    case .runs(let runs): runs
    }
  }

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
    alignment = .runs(runs)
    self.isReference = isReference
  }

  /// Text whose characters stand side by side on one line of the file, as they are read.
  ///
  /// - Parameter indent: how many columns behind the place the first one stands: 1 behind a quote.
  public init(_ text: String, at place: SourcePlace, onOneLineFrom indent: Int) {
    self.text = text
    self.place = place
    alignment = .oneLine(indent: indent)
    isReference = false
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
