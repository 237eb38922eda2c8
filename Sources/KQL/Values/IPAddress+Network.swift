internal import AlertModel

extension IPAddress {
  /// The addresses of a network in CIDR notation (RFC 4632), or the one address.
  static func network(_ text: UnsafeRawBufferPointer) -> ClosedRange<IPAddress>? {
    guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else { return IPAddress(text).map { $0...$0 } }
    let bare = UnsafeRawBufferPointer(rebasing: text[..<slash])
    guard let address = IPAddress(bare), (1...3).contains(text.count - slash - 1) else { return nil }
    var bits = 0
    for byte in text[(slash + 1)...] {
      guard byte &- UInt8(ascii: "0") <= 9 else { return nil }
      bits = bits * 10 + Int(byte - UInt8(ascii: "0"))
    }
    if !bare.contains(UInt8(ascii: ":")) {
      guard bits <= 32 else { return nil }
      bits += 96
    }
    guard bits <= 128 else { return nil }
    let highHost = bits >= 64 ? 0 : UInt64.max >> UInt64(bits)
    let lowHost = bits >= 128 ? 0 : bits <= 64 ? UInt64.max : UInt64.max >> UInt64(bits - 64)
    return IPAddress(
      high: address.high & ~highHost, low: address.low & ~lowHost)...IPAddress(
        high: address.high | highHost, low: address.low | lowHost)
  }
}
