/// Escapes text for use in a query, as Kibana's `escapeQuotes` and `escapeKuery` do.
public enum KQLEscapes {
  /// Text for between quotation marks.
  public static func quoted(_ text: String) -> String {
    text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) }.joined()
  }

  /// Text for a value without quotation marks. White space at its ends is not kept by the grammar, and Kibana reads the
  /// `\\not` that this writes for an operator as a line break and `ot`: where that matters, use quotation marks.
  public static func unquoted(_ text: String) -> String {
    unquoted(text) { [UInt8(ascii: "\\"), $0] }
  }

  /// - Parameter operatorStart: what to write for the first letter of a word that would be read as an operator.
  static func unquoted(_ text: String, operatorStart: (UInt8) -> [UInt8]) -> String {
    var escaped: [UInt8] = []
    let scanner = LiteralScanner(bytes: Array(text.utf8))
    var at = 0
    while let byte = scanner.byte(at: at) {
      if let word = keyword(scanner, at: at) {
        escaped.append(contentsOf: operatorStart(byte))
        escaped.append(contentsOf: scanner.bytes[(at + 1)..<(at + word)])
        at += word
        continue
      }
      switch byte {
      case 0x09: escaped.append(contentsOf: Array("\\t".utf8))
      case 0x0D: escaped.append(contentsOf: Array("\\r".utf8))
      case 0x0A: escaped.append(contentsOf: Array("\\n".utf8))
      case _ where LiteralScanner.isSpecial(byte): escaped.append(contentsOf: [UInt8(ascii: "\\"), byte])
      default: escaped.append(byte)
      }
      at += 1
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// The length of `not`, `and` or `or` at the place, where it would be read as an operator.
  private static func keyword(_ scanner: LiteralScanner, at start: Int) -> Int? {
    if scanner.word("not", at: start), scanner.isSpace(at: start + 3) { return 3 }
    guard start > 0, scanner.isSpace(at: start - 1) || scanner.bytes[start - 1] == 0xA0 else { return nil }
    for word: StaticString in ["and", "or"] where scanner.word(word, at: start) {
      if scanner.isSpace(at: start + word.utf8CodeUnitCount) { return word.utf8CodeUnitCount }
    }
    return nil
  }
}
