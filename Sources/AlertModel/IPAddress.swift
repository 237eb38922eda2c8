/// An IPv4 or IPv6 address; IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2), so that both compare, and are the same
/// address however they are written.
public struct IPAddress: Comparable, Hashable, Sendable {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// False for IPv4, also where it was written as IPv6.
  public var isIPv6: Bool { high != 0 || low >> 32 != 0xFFFF }

  /// 32 or 128.
  public var bitCount: Int { isIPv6 ? 128 : 32 }

  public static func < (left: IPAddress, right: IPAddress) -> Bool { (left.high, left.low) < (right.high, right.low) }

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads an address as text (RFC 4291, section 2.2), without zone, prefix or port; IPv4 as four decimal parts without
  /// leading zeros, which some read as octal. Nil for anything else.
  public init?(_ text: UnsafeRawBufferPointer) {
    guard (2...45).contains(text.count) else { return nil }
    if let address = Self.ipv4(text) {
      self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
    } else {
      self.init(ipv6: text)
    }
  }

  /// Reads the same forms.
  public init?(_ text: String) {
    guard let address = Array(text.utf8).withUnsafeBytes({ IPAddress($0) }) else { return nil }
    self = address
  }

  /// Four numbers up to 255, without leading zeros.
  private static func ipv4(_ text: UnsafeRawBufferPointer) -> UInt32? {
    var address: UInt32 = 0
    var (parts, part, digits) = (0, UInt32(0), 0)
    for byte in text {
      let digit = byte &- UInt8(ascii: "0")
      if digit <= 9 {
        guard digits == 0 || part > 0 else { return nil }
        part = part * 10 + UInt32(digit)
        digits += 1
        guard part <= 255 else { return nil }
      } else {
        guard byte == UInt8(ascii: "."), digits > 0, parts < 3 else { return nil }
        address = address << 8 | part
        parts += 1
        (part, digits) = (0, 0)
      }
    }
    return parts == 3 && digits > 0 ? address << 8 | part : nil
  }

  private init?(ipv6 text: UnsafeRawBufferPointer) {
    var bits: UInt128 = 0
    var count = 0
    /// How many groups stand before `::`.
    var countBefore: Int?
    var (group, digits) = (UInt16(0), 0)
    func endGroup() {
      bits = bits << 16 | UInt128(group)
      count += 1
      (group, digits) = (0, 0)
    }
    var at = 0
    while at < text.count {
      let byte = text[at]
      at += 1
      switch byte {
      case UInt8(ascii: ":"):
        if digits > 0 { endGroup() } else if at > 1 { return nil }
        guard at < text.count else { return nil }
        guard text[at] == UInt8(ascii: ":") else {
          if at == 1 { return nil }
          continue
        }
        guard countBefore == nil else { return nil }
        countBefore = count
        at += 1
      case UInt8(ascii: "."):
        // The last 32 bits may be written as an IPv4 address.
        guard let last = Self.ipv4(UnsafeRawBufferPointer(rebasing: text[(at - 1 - digits)...])) else { return nil }
        bits = bits << 32 | UInt128(last)
        count += 2
        digits = 0
        at = text.count
      default:
        guard digits < 4, let digit = Self.hexadecimal(byte) else { return nil }
        group = group << 4 | UInt16(digit)
        digits += 1
      }
    }
    if digits > 0 { endGroup() }
    if let countBefore {
      guard count < 8 else { return nil }
      let behind = (count - countBefore) * 16
      let tail = bits & ((1 << behind) - 1)
      bits = (bits >> behind) << ((8 - countBefore) * 16) | tail
    } else if count != 8 {
      return nil
    }
    self.init(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The address with all but its first `length` bits cleared.
  public func network(_ length: Int) -> IPAddress {
    let cleared = max(0, bitCount - length)
    guard cleared > 0 else { return self }
    let lowMask: UInt64 = cleared >= 64 ? 0 : ~0 << UInt64(cleared)
    let highMask: UInt64 = cleared <= 64 ? ~0 : cleared >= 128 ? 0 : ~0 << UInt64(cleared - 64)
    return IPAddress(high: high & highMask, low: low & lowMask)
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted-quad, or groups of hexadecimal digits with the longest run of zeros left out (RFC 5952).
  public var description: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends what `description` says.
  public func append(to text: inout [UInt8]) {
    guard isIPv6 else {
      for place in 0..<4 {
        if place > 0 { text.append(UInt8(ascii: ".")) }
        text.appendDecimal(Int64(low >> UInt64(24 - place * 8) & 0xFF))
      }
      return
    }
    let zeros = longestZeros
    var place = 0
    while place < 8 {
      if place == zeros.lowerBound, !zeros.isEmpty {
        text.append(contentsOf: "::".utf8)
        place = zeros.upperBound
        continue
      }
      if place > 0, place != zeros.upperBound { text.append(UInt8(ascii: ":")) }
      text.appendHexadecimal(group(place))
      place += 1
    }
  }

  /// One of the eight parts of 16 bits.
  private func group(_ place: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (place < 4 ? high : low) >> UInt64(48 - place % 4 * 16))
  }

  /// The first of the longest runs of two or more groups that are zero (RFC 5952, section 4.2); empty where there is none.
  private var longestZeros: Range<Int> {
    var longest = 0..<0
    var start = 0
    for place in 0..<8 {
      if group(place) != 0 {
        start = place + 1
      } else if place - start >= max(longest.count, 1) {
        longest = start..<place + 1
      }
    }
    return longest
  }
}

extension [UInt8] {
  /// Appends a number in lower case, without leading zeros.
  fileprivate mutating func appendHexadecimal(_ number: UInt16) {
    var shift = number == 0 ? 0 : (15 - number.leadingZeroBitCount) / 4 * 4
    while shift >= 0 {
      append(hexDigit: UInt8(truncatingIfNeeded: number >> UInt16(shift)) & 15)
      shift -= 4
    }
  }
}
