internal import AlertModel

/// The first thing to do about an alert, as its rule's author wrote it.
struct TriageStep {
  /// What enrichers add: the steps, one text each.
  private let steps: Field
  /// The rule's triage guide, Markdown.
  private let notes: [Field]

  init(_ vocabulary: Vocabulary) {
    steps = vocabulary.field("weir.triage_steps")
    notes = ["kibana.alert.rule.note", "signal.rule.note", "rule.note"].map { vocabulary.field($0) }
  }

  /// Appends the step; nothing where the rule has none.
  func append(of alert: borrowing Alert, to text: inout [UInt8]) {
    if let first = alert.first(steps), first.isScalar {
      first.appendText(to: &text)
      return
    }
    for field in notes {
      guard let note = alert.first(field), note.kind == .string else { continue }
      Self.appendFirstStep(ofGuide: note, to: &text)
      if !text.isEmpty { return }
    }
  }

  /// Appends the first list item below a heading that speaks of investigation steps.
  static func appendFirstStep(ofGuide note: FieldValue, to text: inout [UInt8]) {
    // The guide is long and the place is near its end: look for it before anything is unescaped.
    var from = 0
    while let found = range(of: headingWords, in: note.bytes, from: from) {
      from = found + headingWords.count
      guard isHeading(found, in: note.bytes) else { continue }
      var rest = note.bytes[from...].prefix(1500)
      // Not in the middle of an escape or of a character.
      if rest.endIndex < note.bytes.count, let space = rest.lastIndex(of: 0x20) { rest = rest[..<space] }
      let section = FieldValue(
        kind: .string, isEscaped: note.isEscaped, bytes: UnsafeRawBufferPointer(rebasing: rest))
      appendFirstItem(of: section.text, to: &text)
      return
    }
  }

  private static let headingWords = Array("investigation steps".utf8)

  private static func appendFirstItem(of section: String, to text: inout [UInt8]) {
    var item: [Substring] = []
    for line in section.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).dropFirst() {
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      if let beginning = itemText(trimmed) {
        guard item.isEmpty else { break }
        item = [beginning]
      } else if item.isEmpty {
        if trimmed.hasPrefix("#") { return }
      } else if trimmed.isEmpty || trimmed.hasPrefix("#") {
        break
      } else {
        item.append(trimmed)
      }
    }
    let step = Array(item.joined(separator: " ").utf8)
    // Without Markdown's marks for bold text and code.
    for (at, byte) in step.enumerated() where byte != UInt8(ascii: "`") {
      let isStar = byte == UInt8(ascii: "*")
      let isBold = isStar && (step[max(at - 1, 0)..<at] == [byte] || step[(at + 1)...].first == byte)
      if !isBold { text.append(byte) }
    }
  }

  /// The text of a list item, without its bullet or number; nil for any other line.
  private static func itemText(_ line: Substring) -> Substring? {
    let afterNumber = line.drop { $0.isASCII && $0.isNumber }
    let isNumbered =
      afterNumber.startIndex != line.startIndex && (afterNumber.hasPrefix(". ") || afterNumber.hasPrefix(") "))
    if isNumbered { return afterNumber.dropFirst(2) }
    return ["- ", "* ", "+ ", "• "].contains { line.hasPrefix($0) } ? line.dropFirst(2) : nil
  }

  /// True where the line that holds the byte at `place` begins as headings do. The text may hold escapes.
  private static func isHeading(_ place: Int, in note: UnsafeRawBufferPointer) -> Bool {
    var start = place
    while start > 0 {
      if start >= 2, note[start - 1] == UInt8(ascii: "n"), note[start - 2] == UInt8(ascii: "\\") { break }
      start -= 1
    }
    let first = note[start...].first { $0 != 0x20 }
    return first == UInt8(ascii: "#") || first == UInt8(ascii: "*")
  }

  /// Where lower-case `words` begin in `text`, whatever its case.
  private static func range(of words: [UInt8], in text: UnsafeRawBufferPointer, from: Int) -> Int? {
    guard text.count >= words.count, from <= text.count - words.count else { return nil }
    for start in from...(text.count - words.count) where text[start] | 0x20 == words[0] {
      var at = 1
      while at < words.count, text[start + at] | 0x20 == words[at] { at += 1 }
      if at == words.count { return start }
    }
    return nil
  }
}
