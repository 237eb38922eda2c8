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

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
