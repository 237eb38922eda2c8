/// Text from a file as it may be shown on a terminal.
public enum VisibleText {
  /// The text in single quotes, on one line, without control characters, at most 80 characters of it.
  public static func quoted(_ text: String) -> String {
    let shown = escaped(String(text.prefix(longest)))
    return text.count > longest ? "'\(shown)…'" : "'\(shown)'"
  }

  private static let longest = 80

  /// The text with control and direction characters as `\u{1b}`, so that a terminal shows them and does not obey them.
  public static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isInvisible) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isInvisible(scalar) {
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// UTF-8 with control and direction characters beyond ASCII as `\u009b`: within JSON that is the same text.
  public static func escapedBeyondASCII(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    guard scalars.contains(where: { !$0.isASCII && isInvisible($0) }) else { return text }
    var shown: [UInt8] = []
    for scalar in scalars {
      if scalar.isASCII || !isInvisible(scalar) {
        shown.append(contentsOf: String(scalar).utf8)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          shown.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        }
      }
    }
    return shown
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
