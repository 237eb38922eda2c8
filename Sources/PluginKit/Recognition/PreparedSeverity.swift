internal import AlertModel

/// A severity rule made ready: words as bytes, so that comparing them allocates nothing.
final class PreparedSeverity: Sendable {
  private let steps: BorrowingArray<Step>
  /// Where none of the steps says anything.
  private let otherwise: Severity

  /// What one field says.
  fileprivate final class Step: Sendable {
    let source: PreparedSource
    let words: [Word]
    let thresholds: [(from: Double, severity: Severity)]

    init(_ source: PreparedSource, words: [Word] = [], thresholds: [(from: Double, severity: Severity)] = []) {
      self.source = source
      self.words = words
      self.thresholds = thresholds
    }
  }

  fileprivate struct Word: Sendable {
    /// In lower case.
    let text: [UInt8]
    let severity: Severity
    /// Rules most words out.
    let ends: UInt64

    init(_ text: String, _ severity: Severity) {
      self.text = Array(text.lowercased().utf8)
      self.severity = severity
      ends = self.text.withUnsafeBytes(\.foldedEnds)
    }
  }

  init(_ rule: SeverityRule, _ vocabulary: Vocabulary) {
    var steps: [Step] = []
    var rule = rule
    while true {
      switch rule {
      case .fixed(let severity):
        self.steps = BorrowingArray(steps)
        otherwise = severity
        return
      case .words(let source, let words, let otherwise):
        let prepared = words.map { Word($0.key, $0.value) }
          .sorted { $0.text.lexicographicallyPrecedes($1.text) }
        steps.append(Step(vocabulary.prepared(source), words: prepared))
        rule = otherwise
      case .thresholds(let source, let thresholds, let otherwise):
        let prepared = thresholds.sorted { $0.from > $1.from }.map { (from: $0.from, severity: $0.1) }
        steps.append(Step(vocabulary.prepared(source), thresholds: prepared))
        rule = otherwise
      }
    }
  }

  func severity(of alert: Document, envelope: JSONNode?, arena: TextArena) -> Severity {
    for step in steps.indices {
      let found = steps.ask(step) { $0.severity(of: alert, envelope: envelope, arena: arena) }
      if let found { return found }
    }
    return otherwise
  }
}

extension PreparedSeverity.Step {
  /// The gravest of what the values say.
  fileprivate func severity(of alert: Document, envelope: JSONNode?, arena: TextArena) -> Severity? {
    var found: Severity?
    _ = source.forEachValue(in: alert, envelope: envelope, scratch: arena, emptyIsMissing: true) { value in
      if let said = value.withText({ severity(saidBy: $0) }) { found = max(found ?? said, said) }
      return false
    }
    return found
  }

  private func severity(saidBy text: UnsafeRawBufferPointer) -> Severity? {
    if !words.isEmpty {
      let ends = text.foldedEnds
      return words.first { $0.ends == ends && text.equalsIgnoringCase($0.text) }?.severity
    }
    guard let number = text.decimalNumber else { return nil }
    return thresholds.first { number >= $0.from }?.severity
  }
}

extension UnsafeRawBufferPointer {
  /// The same for texts that differ in the case of ASCII letters only, and rarely for others.
  fileprivate var foldedEnds: UInt64 {
    guard count > 0 else { return 0 }
    let letters = UInt64(self[0] | 0x20) << 16 | UInt64(self[count / 2] | 0x20) << 8 | UInt64(self[count - 1] | 0x20)
    return UInt64(count) << 24 | letters
  }

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
