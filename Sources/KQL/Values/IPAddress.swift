/// An IPv4 or IPv6 address; IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2), so that both compare.
struct IPAddress: Comparable, Sendable {
  let high: UInt64
  let low: UInt64

  static func < (left: IPAddress, right: IPAddress) -> Bool { (left.high, left.low) < (right.high, right.low) }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads an address as text (RFC 4291, section 2.2), without zone, prefix or port. Nil for anything else.
  init?(_ text: UnsafeRawBufferPointer) {
    guard (2...45).contains(text.count) else { return nil }
    guard text.contains(UInt8(ascii: ":")) else {
      guard let address = Self.ipv4(text) else { return nil }
      self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
      return
    }
    self.init(ipv6: text)
  }

  /// Four numbers up to 255, without leading zeros.
  private static func ipv4(_ text: UnsafeRawBufferPointer) -> UInt32? {
    var address: UInt32 = 0
    var (parts, part, digits) = (0, UInt32(0), 0)
    for byte in text {
      if byte == UInt8(ascii: ".") {
        guard digits > 0, parts < 3 else { return nil }
        address = address << 8 | part
        parts += 1
        (part, digits) = (0, 0)
      } else {
        guard byte &- UInt8(ascii: "0") <= 9, digits == 0 || part > 0 else { return nil }
        part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        guard part <= 255 else { return nil }
      }
    }
    return parts == 3 && digits > 0 ? address << 8 | part : nil
  }

  private init?(ipv6 text: UnsafeRawBufferPointer) {
    // Groups before and behind `::`, as one number each.
    var (head, tail) = (Groups(), Groups())
    var isShortened = false
    var at = 0
    if text.count >= 2, text[0] == UInt8(ascii: ":"), text[1] == UInt8(ascii: ":") {
      isShortened = true
      at = 2
    }
    while at < text.count {
      let rest = UnsafeRawBufferPointer(rebasing: text[at...])
      let length = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.count
      let part = UnsafeRawBufferPointer(rebasing: rest[..<length])
      let isLast = length == rest.count
      if isLast, part.contains(UInt8(ascii: ".")) {
        guard let address = Self.ipv4(part) else { return nil }
        for half in [UInt64(address >> 16), UInt64(address & 0xFFFF)] {
          if isShortened { tail.append(half) } else { head.append(half) }
        }
        at = text.count
        break
      }
      guard let group = Self.group(part) else { return nil }
      if isShortened { tail.append(group) } else { head.append(group) }
      at += length
      guard !isLast else { break }
      at += 1
      guard at < text.count else { return nil }
      if text[at] == UInt8(ascii: ":") {
        guard !isShortened else { return nil }
        isShortened = true
        at += 1
      }
    }
    let count = head.count + tail.count
    guard isShortened ? count < 8 : count == 8 else { return nil }
    head.shiftLeft(by: 8 - head.count)
    high = head.high | tail.high
    low = head.low | tail.low
  }

  private static func group(_ text: UnsafeRawBufferPointer) -> UInt64? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt64 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt64(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }

  /// Groups of 16 bits, pushed in from the right.
  private struct Groups {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var count = 0

    mutating func append(_ group: UInt64) {
      shiftLeft(by: 1)
      low |= group
      count += 1
    }

    mutating func shiftLeft(by groups: Int) {
      for _ in 0..<groups {
        high = high << 16 | low >> 48
        low <<= 16
      }
    }
  }

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
