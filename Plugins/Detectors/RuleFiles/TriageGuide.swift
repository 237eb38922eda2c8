/// The steps of a rule's triage guide.
public enum TriageGuide {
  /// The list items below the first heading that speaks of investigation steps, each on one line and without Markdown's
  /// marks for bold text and code; at most `limit`.
  public static func steps(in note: String, limit: Int = 5) -> [String] {
    var steps: [String] = []
    var isInside = false
    for line in note.split(separator: "\n", omittingEmptySubsequences: false) {
      let text = line.drop { $0 == " " || $0 == "\t" }
      if isHeading(text) {
        if isInside { break }
        isInside = text.lowercased().contains("investigation steps")
      } else if isInside, let item = item(text), text.startIndex == line.startIndex || steps.isEmpty {
        guard steps.count < limit else { break }
        steps.append(plain(item))
      } else if isInside, !text.isEmpty, item(text) == nil, let last = steps.popLast() {
        steps.append(last + " " + plain(text))
      }
    }
    return steps
  }

  /// `### Possible investigation steps`, `**Possible investigation steps**`.
  private static func isHeading(_ line: Substring) -> Bool {
    line.hasPrefix("#")
      || (line.hasPrefix("**") && line.trimmingSuffix { $0.isWhitespace || $0 == ":" }.hasSuffix("**"))
  }

  /// What follows a bullet or a number.
  private static func item(_ line: Substring) -> Substring? {
    if ["- ", "* ", "+ ", "• "].contains(where: line.hasPrefix) { return line.dropFirst(2) }
    let rest = line.drop { $0.isASCII && $0.isNumber }
    guard rest.startIndex != line.startIndex, rest.hasPrefix(". ") || rest.hasPrefix(") ") else { return nil }
    return rest.dropFirst(2)
  }

  private static func plain(_ text: Substring) -> String {
    text.replacing("**", with: "").replacing("`", with: "").trimmingSuffix(\.isWhitespace)
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(_ isDropped: (Character) -> Bool) -> String {
    var text = String(self)
    while let last = text.last, isDropped(last) { text.removeLast() }
    return text
  }
}
