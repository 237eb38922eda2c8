extension UnsafeRawBufferPointer {
  /// True where these bytes are an IPv4 or IPv6 address as text (RFC 4291, section 2.2), without zone, prefix or port.
  package var isIPAddress: Bool {
    guard (2...45).contains(count) else { return false }
    return contains(UInt8(ascii: ":")) ? isIPv6Address : isIPv4Address
  }

  private var isIPv4Address: Bool {
    var parts = 0
    var value = 0
    var digits = 0
    for byte in self {
      if byte == UInt8(ascii: ".") {
        guard digits > 0 else { return false }
        parts += 1
        (value, digits) = (0, 0)
      } else {
        // No leading zeros: some read them as octal.
        guard byte &- UInt8(ascii: "0") <= 9, digits < 3, digits == 0 || value > 0 else { return false }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
        digits += 1
        guard value <= 255 else { return false }
      }
    }
    return parts == 3 && digits > 0
  }

  private var isIPv6Address: Bool {
    var groups = 0
    var digits = 0
    var isShortened = false
    var at = 0
    while at < count {
      let byte = self[at]
      if byte == UInt8(ascii: ":") {
        if at + 1 < count, self[at + 1] == UInt8(ascii: ":") {
          guard !isShortened else { return false }
          isShortened = true
          if digits > 0 { groups += 1 }
          at += 1
        } else {
          guard digits > 0, at + 1 < count else { return false }
          groups += 1
        }
        digits = 0
      } else if byte == UInt8(ascii: ".") {
        // The last 32 bits may be written as an IPv4 address.
        let last = UnsafeRawBufferPointer(rebasing: self[(at - digits)...])
        guard last.isIPv4Address else { return false }
        groups += 2
        return isShortened ? groups < 8 : groups == 8
      } else {
        let isHex = byte &- UInt8(ascii: "0") <= 9 || (byte | 0x20) &- UInt8(ascii: "a") <= 5
        guard isHex, digits < 4 else { return false }
        digits += 1
      }
      at += 1
    }
    if digits > 0 { groups += 1 }
    return isShortened ? groups < 8 : groups == 8
  }
}
