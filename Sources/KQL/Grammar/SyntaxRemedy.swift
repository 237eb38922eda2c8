/// What to do about a mistake in syntax: guesses from what stands at the place and before it.
struct SyntaxRemedy {
  private let scanner: LiteralScanner
  private let offset: Int
  private let expected: [Expectation]

  init(_ scanner: LiteralScanner, offset: Int, expected: [Expectation]) {
    self.scanner = scanner
    self.offset = offset
    self.expected = expected
  }

  var text: String? {
    let followsValue = expected.contains(.endOfInput) || expected.contains(.closeParenthesis)
    guard let found = scanner.byte(at: offset) else { return remedyAtEnd }
    if scanner.keyword(at: offset), !followsValue { return remedyForMisplacedNot }
    switch found {
    case UInt8(ascii: "("):
      if let word = operatorBefore { return "Put a space between \"\(word)\" and \"(\"." }
      return followsValue ? "Write \\( and \\) for parentheses in a value, or put the value in quotation marks." : nil
    case UInt8(ascii: ")"):
      if !followsValue || expected.contains(.closeParenthesis) { return "Something is missing before the \")\"." }
      return "No \"(\" is open here. In a value, write \\) or put the value in quotation marks."
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      if !followsValue { return "Write a query between the braces: field:{ name: value }" }
      return "In a value, write \\{ and \\}, or put the value in quotation marks."
    case UInt8(ascii: ":"):
      if followsOperatorSign { return "Write \"and\" and \"or\" for && and ||." }
      return followsValue
        ? "In a value, write \\: or put the value in quotation marks." : "Put a field name before the colon."
    case UInt8(ascii: "<"), UInt8(ascii: ">"):
      if previous == UInt8(ascii: ":") { return "Leave out the colon: field > value" }
      return followsValue
        ? "In a value, write \\\(Character(Unicode.Scalar(found))) or put the value in quotation marks." : nil
    case UInt8(ascii: "\""):
      if previous == UInt8(ascii: "=") { return "Write \":\" for =, and \"not field: value\" for !=." }
      if !followsValue { return "The quotation mark that opens here is never closed." }
      return "Put all of the value in quotation marks, and write \\\" for one inside it."
    case UInt8(ascii: "\\"):
      return "Write \\\\ for a backslash, or put the value in quotation marks."
    default:
      if scanner.keyword(at: offset) {
        return "\"not\" is an operator here. Put the value in quotation marks, or write \"and not\"."
      }
      if let previous, previous == UInt8(ascii: ")") || previous == UInt8(ascii: "\"") || operatorBefore != nil {
        return "Put \"and\" or \"or\", with spaces around it, between the two."
      }
      return scanner.isSpace(at: offset) ? "Put a space on both sides of \"and\", \"or\" and \"not\"." : nil
    }
  }

  private var remedyAtEnd: String {
    expected.contains(.closeParenthesis)
      ? "Close the \"(\" with \")\"."
      : expected.contains(.closeBrace) ? "Close the \"{\" with \"}\"." : "Something is missing at the end."
  }

  private var remedyForMisplacedNot: String {
    expected.contains(.openBrace) || previous == UInt8(ascii: ":")
      ? "Write \"not field: value\" or \"field: (not value)\"."
      : "Put parentheses around what \"not\" is about: not (not field: value)"
  }

  /// The last byte before the place that is no white space.
  private var previous: UInt8? { scanner.bytes[..<offset].last { $0 > 0x20 } }

  private var followsOperatorSign: Bool {
    let before = String(decoding: scanner.bytes[..<offset], as: UTF8.self)
    return before.contains("&&") || before.contains("||")
  }

  /// The operator that ends right before the place.
  private var operatorBefore: String? {
    ["not", "and", "or"].first { word in
      let start = offset - word.utf8.count
      guard start >= 0, String(decoding: scanner.bytes[start..<offset], as: UTF8.self).lowercased() == word else {
        return false
      }
      guard start > 0 else { return true }
      return scanner.bytes[start - 1] <= 0x20 || LiteralScanner.isSpecial(scanner.bytes[start - 1])
    }
  }
}
