/// Reads literals off the bytes of a query: quoted strings, unquoted values, and what is escaped in them.
///
/// The rules are those of Kibana's grammar (`kbn-es-query/grammar/grammar.peggy`): `QuotedString`, `UnquotedLiteral`.
struct LiteralScanner {
  let bytes: [UInt8]

  /// A literal and the offset behind it.
  struct Result {
    let literal: KQLLiteral
    let end: Int
  }

  /// The literal that begins at `start`, quoted or not.
  ///
  /// - Parameter references: true where `{{field}}` may stand in an unquoted literal.
  func literal(at start: Int, references: Bool = false) -> Result? {
    quoted(at: start) ?? unquoted(at: start, references: references)
  }

  private func quoted(at start: Int) -> Result? {
    guard byte(at: start) == UInt8(ascii: "\"") else { return nil }
    var text = LiteralText()
    var at = start + 1
    while let byte = byte(at: at) {
      if byte == UInt8(ascii: "\"") { return Result(literal: .phrase(text.finish()), end: at + 1) }
      if byte == UInt8(ascii: "\\"), let escape = escape(at: at, quoted: true) {
        text.append(escape)
        at += escape.length
      } else {
        text.append(byte)
        at += 1
      }
    }
    return nil
  }

  private func unquoted(at start: Int, references: Bool) -> Result? {
    var text = LiteralText()
    var parts: [KQLTemplate.Part] = []
    var at = start
    scan: while let byte = byte(at: at) {
      switch byte {
      case UInt8(ascii: "\\"):
        guard let escape = escape(at: at, quoted: false) else { break scan }
        text.append(escape)
        at += escape.length
      case UInt8(ascii: "*"):
        parts.append(contentsOf: [.text(text.finish()), .wildcard])
        text = LiteralText()
        at += 1
      case UInt8(ascii: "{") where references:
        guard let (name, end) = reference(at: at) else { break scan }
        parts.append(contentsOf: [.text(text.finish()), .field(name)])
        text = LiteralText()
        at = end
      case _ where Self.isSpecial(byte) || keyword(at: at): break scan
      case _ where isSpace(at: at):
        // A keyword behind these spaces would have been seen at the first of them.
        let end = skipSpace(from: at)
        for space in at..<end { text.append(bytes[space]) }
        at = end
      default:
        text.append(byte)
        at += 1
      }
    }
    guard at > start else { return nil }
    parts.append(.text(text.finish()))
    return Result(literal: Self.literal(of: parts), end: at)
  }

  /// `{{name}}`: the name of a field between double braces. Kibana refuses every query that has it.
  func reference(at start: Int) -> (name: String, end: Int)? {
    guard isReference(at: start), let name = unquoted(at: skipSpace(from: start + 2), references: false),
      byte(at: name.end) == UInt8(ascii: "}"), byte(at: name.end + 1) == UInt8(ascii: "}"),
      case .text(let text) = name.literal, !text.isEmpty
    else { return nil }
    return (text, name.end + 2)
  }

  /// True where `{{` stands.
  func isReference(at start: Int) -> Bool {
    byte(at: start) == UInt8(ascii: "{") && byte(at: start + 1) == UInt8(ascii: "{")
  }

  private static func literal(of parts: [KQLTemplate.Part]) -> KQLLiteral {
    var parts = parts
    // White space goes at both ends, as JavaScript's trim() has it.
    if case .text(let first)? = parts.first { parts[0] = .text(first.trimmingStart()) }
    if case .text(let last)? = parts.last { parts[parts.count - 1] = .text(last.trimmingEnd()) }
    if parts.contains(where: { if case .field = $0 { true } else { false } }) {
      return .template(KQLTemplate(parts: parts.filter { $0 != .text("") }))
    }
    let segments = parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
    guard segments.count == 1 else { return .wildcard(KQLPattern(segments: segments)) }
    switch segments[0] {
    case "null": return .null
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: return .text(segments[0])
    }
  }

  // MARK: Characters

  func byte(at offset: Int) -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// Space, tab, carriage return, line feed, and U+00A0.
  func isSpace(at offset: Int) -> Bool { spaceLength(at: offset) > 0 }

  /// The offset of the first byte from `offset` on that is no white space.
  func skipSpace(from offset: Int) -> Int {
    var at = offset
    while case let length = spaceLength(at: at), length > 0 { at += length }
    return at
  }

  private func spaceLength(at offset: Int) -> Int {
    switch byte(at: offset) {
    case 0x20, 0x09, 0x0D, 0x0A: 1
    case 0xC2 where byte(at: offset + 1) == 0xA0: 2
    default: 0
    }
  }

  static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "*"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  /// True where the word stands at `offset`, in any mixture of cases.
  func word(_ word: StaticString, at offset: Int) -> Bool {
    guard offset + word.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<word.utf8CodeUnitCount where bytes[offset + index] | 0x20 != word.utf8Start[index] { return false }
    return true
  }

  /// True where `not `, ` and ` or ` or ` begins at `offset`: an operator, which ends an unquoted literal.
  func keyword(at offset: Int) -> Bool {
    if word("not", at: offset), isSpace(at: offset + 3) { return true }
    guard isSpace(at: offset) else { return false }
    let start = skipSpace(from: offset)
    return word("or", at: start) && isSpace(at: start + 2) || word("and", at: start) && isSpace(at: start + 3)
  }

  // MARK: Escapes

  /// What a backslash and the characters behind it stand for.
  struct Escape {
    enum Meaning {
      case byte(UInt8)
      /// A UTF-16 code unit.
      case codeUnit(UInt16)
      case word(ArraySlice<UInt8>)
    }
    let meaning: Meaning
    let length: Int
  }

  private func escape(at start: Int, quoted: Bool) -> Escape? {
    guard let next = byte(at: start + 1) else { return nil }
    switch next {
    case UInt8(ascii: "t"): return Escape(meaning: .byte(0x09), length: 2)
    case UInt8(ascii: "r"): return Escape(meaning: .byte(0x0D), length: 2)
    case UInt8(ascii: "n"): return Escape(meaning: .byte(0x0A), length: 2)
    case UInt8(ascii: "u"): return codeUnit(at: start + 2).map { Escape(meaning: .codeUnit($0), length: 6) }
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): return Escape(meaning: .byte(next), length: 2)
    case _ where quoted: return nil
    case _ where Self.isSpecial(next): return Escape(meaning: .byte(next), length: 2)
    default:
      for word: StaticString in ["or", "and", "not"] where self.word(word, at: start + 1) {
        let end = start + 1 + word.utf8CodeUnitCount
        return Escape(meaning: .word(bytes[(start + 1)..<end]), length: end - start)
      }
      return nil
    }
  }

  private func codeUnit(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[start..<(start + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}

/// The text of a literal while it is put together, as UTF-8. Two escaped halves of a surrogate pair become one scalar; a
/// half alone becomes U+FFFD.
private struct LiteralText {
  private var utf8: [UInt8] = []
  private var highSurrogate: UInt16?

  mutating func append(_ byte: UInt8) {
    endSurrogate()
    utf8.append(byte)
  }

  mutating func append(_ escape: LiteralScanner.Escape) {
    switch escape.meaning {
    case .byte(let byte): append(byte)
    case .word(let word):
      endSurrogate()
      utf8.append(contentsOf: word)
    case .codeUnit(let unit): append(codeUnit: unit)
    }
  }

  private mutating func append(codeUnit unit: UInt16) {
    if let high = highSurrogate, UTF16.isTrailSurrogate(unit) {
      highSurrogate = nil
      append(Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)))
      return
    }
    endSurrogate()
    if UTF16.isLeadSurrogate(unit) {
      highSurrogate = unit
    } else {
      append(Unicode.Scalar(UInt32(unit)))
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar?) {
    utf8.append(contentsOf: Array(String(scalar ?? "\u{FFFD}").utf8))
  }

  private mutating func endSurrogate() {
    guard highSurrogate != nil else { return }
    highSurrogate = nil
    append("\u{FFFD}" as Unicode.Scalar)
  }

  mutating func finish() -> String {
    endSurrogate()
    return String(decoding: utf8, as: UTF8.self)
  }
}

extension String {
  fileprivate func trimmingStart() -> String {
    guard unicodeScalars.first?.isTrimmed == true else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.drop(while: \.isTrimmed)))
  }

  fileprivate func trimmingEnd() -> String {
    guard unicodeScalars.last?.isTrimmed == true else { return self }
    var scalars = unicodeScalars[...]
    while scalars.last?.isTrimmed == true { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
  }
}

extension Unicode.Scalar {
  /// True for what JavaScript's `trim()` removes (ECMA-262, WhiteSpace and LineTerminator).
  fileprivate var isTrimmed: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0xA0, 0xFEFF, 0x2028, 0x2029: true
    default: properties.generalCategory == .spaceSeparator
    }
  }
}
