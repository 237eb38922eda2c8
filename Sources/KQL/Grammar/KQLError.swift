/// Why a query was refused: what is wrong, where, and what to do.
public struct KQLError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, in one line. For a mistake in syntax: what Kibana's grammar expected, and what stands there instead.
  public let message: String

  /// What to do about it; nil where nothing better than the message is known.
  public let remedy: String?

  /// Where in the query, in UTF-8 bytes.
  public let offset: Int

  /// The line of the query, from 1.
  public let line: Int

  /// The character in that line, from 1.
  public let column: Int

  /// The query.
  public let query: String

  init(_ message: String, in query: String, at offset: Int, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
    self.query = query
    let utf8 = Array(query.utf8.prefix(offset))
    self.offset = utf8.count
    line = 1 + utf8.count { $0 == 0x0A }
    let start = (utf8.lastIndex(of: 0x0A) ?? -1) + 1
    column = 1 + String(decoding: utf8[start...], as: UTF8.self).count
  }

  /// The message, the line of the query with a caret below the place, and the remedy.
  public var description: String {
    var text = message
    let lines = query.split(separator: "\n", omittingEmptySubsequences: false)
    if line <= lines.count {
      let (shown, caret) = Self.window(of: lines[line - 1], around: column - 1)
      text += "\n  \(shown)\n  \(String(repeating: " ", count: caret))^"
    }
    if let remedy { text += "\n" + remedy }
    return text
  }

  /// At most some eighty characters around the place, and where the caret goes. Characters that do not show are blanks.
  private static func window(of line: Substring, around place: Int) -> (text: String, caret: Int) {
    let start = max(0, place - 60)
    let shown = line.dropFirst(start).prefix(80)
    let before = start > 0 ? "…" : ""
    let after = line.count > start + 80 ? "…" : ""
    let visible = shown.map { character -> Character in
      character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? " " : character
    }
    return (before + String(visible) + after, place - start + before.count)
  }
}
