/// Why some bytes are not one JSON document (RFC 8259), and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong. The raw values are those of `weir_json_error`.
  public enum Reason: UInt32, Sendable {
    case empty = 1
    case invalidUTF8
    case unclosedString
    case controlCharacter
    case tooDeep
    case badNumber
    case badLiteral
    case badEscape
    case expectedValue
    case expectedKey
    case expectedColon
    case expectedCommaOrBrace
    case expectedCommaOrBracket
    case trailingContent
    case unclosedContainer
    case tooLarge
    case noMemory
  }

  /// What is wrong there.
  public let reason: Reason

  /// Bytes from the start of the document to where the mistake was found.
  public let offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// True where more bytes could still make a document of it: the text ended inside a string, an object or an array.
  public var isIncomplete: Bool { reason == .unclosedString || reason == .unclosedContainer || reason == .empty }

  public var description: String { "\(sentence) at byte \(offset)" }

  private var sentence: String {
    switch reason {
    case .empty: "there is no JSON value"
    case .invalidUTF8: "the text is not valid UTF-8"
    case .unclosedString: "a string is not closed"
    case .controlCharacter: "a string holds a control character that is not escaped"
    case .tooDeep: "objects and arrays are nested more than \(DocumentParser.maximumDepth) deep"
    case .badNumber: "a number is not well formed"
    case .badLiteral: "a value is neither an object, an array, a string, a number, true, false nor null"
    case .badEscape: "a string holds a backslash that begins no escape"
    case .expectedValue: "a value is missing"
    case .expectedKey: "a key in double quotes is missing"
    case .expectedColon: "a colon is missing after a key"
    case .expectedCommaOrBrace: "a comma or '}' is missing"
    case .expectedCommaOrBracket: "a comma or ']' is missing"
    case .trailingContent: "something follows the end of the document"
    case .unclosedContainer: "an object or an array is not closed"
    case .tooLarge: "the document is larger than 4 GiB"
    case .noMemory: "memory ran out"
    }
  }
}
