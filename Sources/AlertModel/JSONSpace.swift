extension UInt8 {
  /// White space between tokens (RFC 8259, section 2).
  @inlinable
  package var isJSONSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\t")
  }
}
