internal import AlertModel

/// A value of a query, prepared for comparing it with values of alerts.
///
/// There is no mapping that says what type a field has. What the value in the alert is decides what the literal means: a
/// number compares with numbers exactly, an address or a network with addresses, a date with moments, and everything
/// as text. In a range a number is a moment where it is compared with one: a time since 1970, as Elasticsearch's default
/// format of dates has it (`strict_date_optional_time||epoch_millis`), but seconds too.
struct Literal: Sendable {
  let text: [UInt8]
  private let decimal: DecimalText?
  private let addresses: ClosedRange<IPAddress>?
  private let date: DateExpression?
  /// The moment that a number tells which is no date.
  private let epoch: Timestamp?

  init(_ text: String) {
    let bytes = Array(text.utf8)
    self.text = bytes
    decimal = bytes.withUnsafeBytes { DecimalText($0) }
    addresses = bytes.withUnsafeBytes { IPAddress.network($0) }
    date = DateExpression(text)
    epoch =
      date == nil && decimal != nil
      ? bytes.withUnsafeBytes { Timestamp(detectorTime: FieldValue(kind: .number, bytes: $0)) } : nil
  }

  /// A text that means nothing else.
  init(verbatim text: String) {
    self.text = Array(text.utf8)
    decimal = nil
    addresses = nil
    date = nil
    epoch = nil
  }

  /// True where a value can equal it that is not the same text.
  var equalsOtherTexts: Bool { decimal != nil || addresses != nil || hasDayOrMore }

  /// True where what it means depends on the time.
  var dependsOnNow: Bool { date?.dependsOnNow ?? false }

  private var hasDayOrMore: Bool { date.map { !$0.isVague } ?? false }

  @inline(__always)
  func equals(_ value: FieldValue, now: Timestamp) -> Bool {
    guard value.isScalar else { return false }
    if value.equals(text) { return true }
    return equalsOtherTexts && equalsOtherwise(value, now: now)
  }

  /// Equality of what is not the same text.
  func equalsOtherwise(_ value: FieldValue, now: Timestamp) -> Bool {
    switch value.kind {
    case .number:
      if decimal != nil { return orderAsNumber(value) == 0 }
      return hasDayOrMore && covers(value, now)
    case .string:
      if let addresses { return value.withText { IPAddress($0).map(addresses.contains) ?? false } }
      return hasDayOrMore && covers(value, now)
    case .object, .array, .true, .false, .null: return false
    }
  }

  func isSatisfied(by value: FieldValue, _ comparison: KQLRangeOperator, now: Timestamp) -> Bool {
    switch value.kind {
    case .number:
      if let order = orderAsNumber(value) { return comparison.accepts(order) }
      return orderAsDate(value, comparison, now).map(comparison.accepts) ?? false
    case .string:
      if let addresses, addresses.lowerBound == addresses.upperBound,
        let address = value.withText({ IPAddress($0) })
      {
        let bound = addresses.lowerBound
        return comparison.accepts(address < bound ? -1 : address == bound ? 0 : 1)
      }
      if let order = orderAsDate(value, comparison, now) { return comparison.accepts(order) }
      return comparison.accepts(value.withText { $0.compared(with: text) })
    case .true, .false:
      // Only a truth value compares with one.
      guard text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8) else { return false }
      return comparison.accepts(value.bytes.compared(with: text))
    case .object, .array, .null: return false
    }
  }

  /// Whether one value may equal both; true where that cannot be told.
  func mayBeMetTogether(with other: Literal) -> Bool {
    if text == other.text || hasDayOrMore || other.hasDayOrMore { return true }
    if let addresses, let others = other.addresses { return addresses.overlaps(others) }
    return order(of: other) == 0
  }

  /// Whether all addresses that this one means lie in the network that the other one is.
  ///
  /// - Parameter areAddresses: true where no value is the text of a network, which would be met by that network alone.
  func isWithinNetwork(_ other: Literal, areAddresses: Bool) -> Bool {
    guard let addresses, let others = other.addresses, decimal == nil, !hasDayOrMore else { return false }
    guard areAddresses || !text.contains(UInt8(ascii: "/")) else { return false }
    return others.lowerBound <= addresses.lowerBound && addresses.upperBound <= others.upperBound
  }

  /// Less than, equal to or greater than zero, as the number that this is; nil where one of them is none.
  func order(of other: Literal) -> Int? {
    guard let decimal, let number = other.decimal else { return nil }
    return text.withUnsafeBytes { own in
      other.text.withUnsafeBytes { decimal.compared(own, with: number, $0) }
    }
  }

  private func orderAsNumber(_ value: FieldValue) -> Int? {
    guard let decimal, let number = DecimalText(value.bytes) else { return nil }
    return text.withUnsafeBytes { number.compared(value.bytes, with: decimal, $0) }
  }

  private func covers(_ value: FieldValue, _ now: Timestamp) -> Bool {
    guard let date, let moment = Self.moment(value) else { return false }
    return date.first(now: now) <= moment && moment <= date.last(now: now)
  }

  private func orderAsDate(_ value: FieldValue, _ comparison: KQLRangeOperator, _ now: Timestamp) -> Int? {
    let bound: Timestamp
    let moment: Timestamp?
    if let date {
      // Elasticsearch's reference, "Rounding": gt and lte look at the end of what the date covers, gte and lt at the start.
      bound = comparison == .greater || comparison == .lessOrEqual ? date.last(now: now) : date.first(now: now)
      moment =
        date.isVague
        ? Self.moment(value) : value.withText { Timestamp(detectorTime: FieldValue(kind: value.kind, bytes: $0)) }
    } else if let epoch {
      (bound, moment) = (epoch, Self.moment(value))
    } else {
      return nil
    }
    guard let moment else { return nil }
    return moment < bound ? -1 : moment == bound ? 0 : 1
  }

  static func moment(_ value: FieldValue) -> Timestamp? {
    value.kind == .number ? Timestamp(detectorTime: value) : value.withText { Timestamp($0) }
  }
}

extension KQLRangeOperator {
  /// Whether a value is accepted that is smaller (-1), the same (0) or greater (1).
  @inline(__always)
  func accepts(_ order: Int) -> Bool {
    switch self {
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}

extension FieldValue {
  @inline(__always)
  func equals(_ text: [UInt8]) -> Bool {
    // Escaped text is never longer than it is written.
    guard isEscaped ? bytes.count > text.count : bytes.count == text.count else { return false }
    return text.withUnsafeBytes { equals($0) }
  }
}
