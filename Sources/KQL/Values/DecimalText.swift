/// Where the significant parts of a number's text stand, so that numbers of any size compare exactly as they are written.
///
/// Reads JSON numbers, and what people write in queries besides: a plus sign, leading zeros, `.5`, `5.`.
struct DecimalText: Sendable {
  private let isNegative: Bool
  /// The first digit that is not zero; equal to `end` for zero.
  private let first: Int
  /// Behind the last digit before an exponent.
  private let end: Int
  /// The number is 0.ddd… times ten to this power, `ddd…` being the digits from `first` on.
  private let power: Int

  private var isZero: Bool { first == end }

  /// Nil for what is not a number.
  init?(_ text: UnsafeRawBufferPointer) {
    var at = 0
    var isNegative = false
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    var digits = 0
    var first: Int?
    var power = 0
    var isFraction = false
    while at < text.count {
      let byte = text[at]
      if byte == UInt8(ascii: "."), !isFraction {
        isFraction = true
      } else if byte &- UInt8(ascii: "0") <= 9 {
        digits += 1
        if first == nil, byte != UInt8(ascii: "0") { first = at }
        if first != nil, !isFraction { power += 1 }
        if first == nil, isFraction { power -= 1 }
      } else {
        break
      }
      at += 1
    }
    guard digits > 0 else { return nil }
    end = at
    self.first = first ?? at
    self.isNegative = isNegative
    guard at < text.count else {
      self.power = power
      return
    }
    guard let exponent = Self.exponent(UnsafeRawBufferPointer(rebasing: text[at...])) else { return nil }
    self.power = power + exponent
  }

  /// `e`, a sign or none, digits. What is beyond a thousand million million stays there: no text is long enough to matter.
  private static func exponent(_ text: UnsafeRawBufferPointer) -> Int? {
    guard text.count > 1, text[0] | 0x20 == UInt8(ascii: "e") else { return nil }
    var at = 1
    let isNegative = text[at] == UInt8(ascii: "-")
    if isNegative || text[at] == UInt8(ascii: "+") { at += 1 }
    guard at < text.count else { return nil }
    var value = 0
    for byte in text[at...] {
      guard byte &- UInt8(ascii: "0") <= 9 else { return nil }
      value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000_000_000_000)
    }
    return isNegative ? -value : value
  }

  /// Less than, equal to or greater than zero, as this number is less than, equal to or greater than the other. Each comes
  /// with the text that it was made from.
  func compared(
    _ text: UnsafeRawBufferPointer, with other: DecimalText, _ otherText: UnsafeRawBufferPointer
  ) -> Int {
    let sign = isZero ? 0 : isNegative ? -1 : 1
    let otherSign = other.isZero ? 0 : other.isNegative ? -1 : 1
    guard sign == otherSign, sign != 0 else { return sign - otherSign }
    guard power == other.power else { return power < other.power ? -sign : sign }
    var (at, otherAt) = (first, other.first)
    while at < end || otherAt < other.end {
      let digit = Self.nextDigit(text, &at, end)
      let otherDigit = Self.nextDigit(otherText, &otherAt, other.end)
      if digit != otherDigit { return digit < otherDigit ? -sign : sign }
    }
    return 0
  }

  @inline(__always)
  private static func nextDigit(_ text: UnsafeRawBufferPointer, _ at: inout Int, _ end: Int) -> UInt8 {
    if at < end, text[at] == UInt8(ascii: ".") { at += 1 }
    guard at < end else { return UInt8(ascii: "0") }
    at += 1
    return text[at - 1]
  }
}
