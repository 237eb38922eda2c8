internal import Glibc

/// One value of a field, as text that somebody else keeps alive.
///
/// Numbers stay as they were written: nothing is converted until somebody compares.
public struct FieldValue {
  /// What a value is. The raw values are those of `weir_json_kind`.
  public enum Kind: UInt8, Sendable {
    case object = 1
    case array, string, number, `true`, `false`, null

    /// The kind with its article, for messages: "an array".
    public var article: String {
      switch self {
      case .object: "an object"
      case .array: "an array"
      case .string: "a string"
      case .number: "a number"
      case .true, .false: "a truth value"
      case .null: "null"
      }
    }
  }

  /// What it is in JSON.
  public let kind: Kind

  /// True where a string's bytes hold at least one backslash escape.
  public let isEscaped: Bool

  /// A string's inside as written in JSON, without its quotes; of anything else the JSON as written.
  public let bytes: UnsafeRawBufferPointer

  public init(kind: Kind, isEscaped: Bool = false, bytes: UnsafeRawBufferPointer) {
    self.kind = kind
    self.isEscaped = isEscaped
    self.bytes = bytes
  }

  /// True for strings, numbers, `true` and `false`: what can equal something.
  @inlinable
  public var isScalar: Bool { kind != .object && kind != .array && kind != .null }

  /// The value as text: a string without its escapes, anything else as its JSON. A lone surrogate becomes U+FFFD.
  public var text: String {
    guard isEscaped else { return String(decoding: bytes, as: UTF8.self) }
    var unescaped: [UInt8] = []
    appendText(to: &unescaped)
    return String(decoding: unescaped, as: UTF8.self)
  }

  /// Appends the value as UTF-8 text, a string without its escapes. A lone surrogate becomes U+FFFD.
  public func appendText(to text: inout [UInt8]) {
    guard isEscaped else {
      text.append(contentsOf: bytes)
      return
    }
    JSONEscapes.appendUnescaped(bytes, to: &text)
  }

  /// Calls `body` with the value as UTF-8 text, without its escapes. Copies only where there are escapes.
  @inlinable
  public func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    guard isEscaped else { return try body(bytes) }
    var unescaped: [UInt8] = []
    appendText(to: &unescaped)
    return try unescaped.withUnsafeBytes(body)
  }

  /// True where the value's text is exactly `other`, byte for byte.
  public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    if !isEscaped { return bytes.hasSameBytes(as: other) }
    return withText { $0.hasSameBytes(as: other) }
  }

  /// True where the value's text is exactly `other`.
  public func equals(_ other: StaticString) -> Bool {
    equals(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
  }
}

extension UnsafeRawBufferPointer {
  /// True where both hold the same bytes.
  @inline(__always)
  package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard count > 0, let ours = baseAddress, let theirs = other.baseAddress else { return true }
    return memcmp(ours, theirs, count) == 0
  }

  /// Where the byte comes first, from `start` on; nil where it does not.
  package func place(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start < count, let base = baseAddress,
      let found = memchr(base + start, Int32(byte), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
