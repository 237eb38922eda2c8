extension Timestamp {
  /// Reads a moment as detectors write it.
  ///
  /// Text: what `init(_: UnsafeRawBufferPointer)` reads; also with a space before the zone, or with `UTC` as the zone, in
  /// brackets or not. Numbers, or text that is one: since 1970-01-01, in seconds (with decimals or without), milli-,
  /// micro- or nanoseconds, told apart by their size: below 100,000,000,000 they are seconds (the year 5138), below a
  /// thousand times that milliseconds, and so on. Nil for what a `Timestamp` cannot hold.
  public init?(detectorTime value: FieldValue) {
    switch value.kind {
    case .number: self.init(sinceEpoch: value.bytes)
    case .string: self.init(detectorText: value.bytes)
    case .object, .array, .true, .false, .null: return nil
    }
  }

  private init?(detectorText text: UnsafeRawBufferPointer) {
    if let time = Timestamp(text) {
      self = time
      return
    }
    if text.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: ".") }) {
      self.init(sinceEpoch: text)
      return
    }
    // `2026-11-21 03:19:47 +0000`, `… UTC`, `… (UTC)`: the zone stands apart.
    guard let space = text.lastIndex(of: UInt8(ascii: " ")), space > 10, space < 40 else { return nil }
    let zone = UnsafeRawBufferPointer(rebasing: text[(space + 1)...])
    let time = UnsafeRawBufferPointer(rebasing: text[..<space])
    if zone.elementsEqual("UTC".utf8) || zone.elementsEqual("(UTC)".utf8) || zone.elementsEqual("GMT".utf8) {
      guard let time = Timestamp(time) else { return nil }
      self = time
    } else {
      var joined = Array(time)
      joined.append(contentsOf: zone)
      guard let time = joined.withUnsafeBytes({ Timestamp($0) }) else { return nil }
      self = time
    }
  }

  private init?(sinceEpoch digits: UnsafeRawBufferPointer) {
    guard digits.count <= 32 else { return nil }
    let whole = digits.prefix { $0 &- UInt8(ascii: "0") <= 9 }
    guard (1...19).contains(whole.count) else { return nil }
    var number: Int64 = 0
    for digit in whole {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      guard !overflow, product <= Int64.max - 9 else { return nil }
      number = product + Int64(digit - UInt8(ascii: "0"))
    }
    let unit: Int64
    switch number {
    case ..<100_000_000_000: unit = 1_000_000_000
    case ..<100_000_000_000_000: unit = 1_000_000
    case ..<100_000_000_000_000_000: unit = 1000
    default: unit = 1
    }
    let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    var fraction: Int64 = 0
    var place = unit / 10
    for (offset, digit) in digits[whole.endIndex...].enumerated() {
      if offset == 0, digit == UInt8(ascii: ".") { continue }
      guard offset > 0, digit &- UInt8(ascii: "0") <= 9 else {
        self.init(secondsWithExponent: digits)
        return
      }
      fraction += Int64(digit - UInt8(ascii: "0")) * place
      place /= 10
    }
    let (sum, sumOverflow) = nanoseconds.addingReportingOverflow(fraction)
    guard !sumOverflow else { return nil }
    self.init(nanoseconds: sum)
  }

  /// Seconds written with an exponent, such as `1.5e9`.
  private init?(secondsWithExponent text: UnsafeRawBufferPointer) {
    guard let seconds = Double(String(decoding: text, as: UTF8.self)), abs(seconds) < 9e9 else { return nil }
    self.init(nanoseconds: Int64(seconds * 1_000_000_000))
  }
}
