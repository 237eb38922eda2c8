internal import AlertModel

/// A severity rule made ready: words as bytes, so that comparing them allocates nothing.
indirect enum PreparedSeverity: Sendable {
  case fixed(Severity)
  case words(FieldSource, [Word], otherwise: PreparedSeverity)
  case thresholds(FieldSource, [(from: Double, Severity)], otherwise: PreparedSeverity)

  struct Word: Sendable {
    /// In lower case.
    let text: [UInt8]
    let severity: Severity
  }

  init(_ rule: SeverityRule, _ vocabulary: Vocabulary) {
    switch rule {
    case .fixed(let severity): self = .fixed(severity)
    case .words(let source, let words, let otherwise):
      let prepared = words.map { Word(text: Array($0.key.lowercased().utf8), severity: $0.value) }
        .sorted { $0.text.lexicographicallyPrecedes($1.text) }
      self = .words(
        vocabulary.prepared(source), prepared, otherwise: PreparedSeverity(otherwise, vocabulary))
    case .thresholds(let source, let thresholds, let otherwise):
      self = .thresholds(
        vocabulary.prepared(source), thresholds.sorted { $0.from > $1.from },
        otherwise: PreparedSeverity(otherwise, vocabulary))
    }
  }

  func severity(of alert: Document, envelope: JSONNode?, arena: TextArena) -> Severity {
    var found: Severity?
    switch self {
    case .fixed(let severity): return severity
    case .words(let source, let words, let otherwise):
      _ = source.forEachValue(in: alert, envelope: envelope, scratch: arena, emptyIsMissing: true) { value in
        // Of several the gravest counts.
        if let word = value.withText({ text in words.first { text.equalsIgnoringCase($0.text) } }) {
          found = max(found ?? word.severity, word.severity)
        }
        return false
      }
      return found ?? otherwise.severity(of: alert, envelope: envelope, arena: arena)
    case .thresholds(let source, let thresholds, let otherwise):
      _ = source.forEachValue(in: alert, envelope: envelope, scratch: arena, emptyIsMissing: true) { value in
        guard let number = value.withText({ $0.decimalNumber }) else { return false }
        if let reached = thresholds.first(where: { number >= $0.from })?.1 { found = max(found ?? reached, reached) }
        return false
      }
      return found ?? otherwise.severity(of: alert, envelope: envelope, arena: arena)
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True where these bytes are `lowercase`, ASCII letters of either case.
  fileprivate func equalsIgnoringCase(_ lowercase: [UInt8]) -> Bool {
    guard count == lowercase.count else { return false }
    for at in 0..<count {
      let byte = self[at]
      let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
      if lower != lowercase[at] { return false }
    }
    return true
  }

  /// The number that these bytes write, such as `-12.5`; nil for anything else. Read without allocating unless it has an
  /// exponent or very many digits.
  fileprivate var decimalNumber: Double? {
    guard count > 0, count < 20 else { return Double(String(decoding: self, as: UTF8.self)) }
    var at = self[0] == UInt8(ascii: "-") ? 1 : 0
    var value: Int64 = 0
    var scale: Double = 1
    var inFraction = false
    var digits = 0
    while at < count {
      let digit = self[at] &- UInt8(ascii: "0")
      if digit <= 9, digits < 15 {
        value = value * 10 + Int64(digit)
        digits += 1
        if inFraction { scale *= 10 }
      } else if self[at] == UInt8(ascii: "."), !inFraction {
        inFraction = true
      } else {
        return Double(String(decoding: self, as: UTF8.self))
      }
      at += 1
    }
    guard digits > 0 else { return nil }
    return (self[0] == UInt8(ascii: "-") ? -1 : 1) * Double(value) / scale
  }
}
