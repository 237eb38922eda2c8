internal import AlertModel

/// What a leaf asks of each value of its field.
enum ValueTest: Sendable {
  case equal(Literal)
  case oneOf(LiteralSet)
  case pattern(WildcardPattern)
  case compare(KQLRangeOperator, Literal)
  /// Any value, but no object or array without one.
  case exists
  /// Any of several.
  case any([ValueTest])
  case never

  @inline(__always)
  func accepts(_ value: FieldValue, now: Timestamp) -> Bool {
    switch self {
    case .equal(let literal): literal.equals(value, now: now)
    case .oneOf(let literals): literals.contains(value, now: now)
    case .pattern(let pattern): value.isScalar && value.withText(pattern.matches)
    case .compare(let comparison, let literal): literal.isSatisfied(by: value, comparison, now: now)
    case .exists: value.isScalar || value.kind == .object && value.hasContent
    case .any(let tests): Self.accepts(value, any: tests, now)
    case .never: false
    }
  }

  private static func accepts(_ value: FieldValue, any tests: [ValueTest], _ now: Timestamp) -> Bool {
    for test in tests where test.accepts(value, now: now) { return true }
    return false
  }

  /// True where what it means depends on the time.
  var dependsOnNow: Bool {
    switch self {
    case .equal(let literal), .compare(_, let literal): literal.dependsOnNow
    case .oneOf(let literals): literals.dependsOnNow
    case .any(let tests): tests.contains(where: \.dependsOnNow)
    case .pattern, .exists, .never: false
    }
  }
}

extension FieldValue {
  /// True where an object holds at least one value other than null, however deep. An object without bytes stands for
  /// fields that Weir knows to be there.
  var hasContent: Bool {
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
        while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return true }
      case UInt8(ascii: "n"): at += 3
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return true
      default: break
      }
      at += 1
    }
    return bytes.isEmpty
  }
}
