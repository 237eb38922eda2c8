internal import Glibc

/// An IPv4 or IPv6 address as a number. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
public struct IPAddress: Hashable, Sendable {
  /// The address, an IPv4 one in the low 32 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64
  /// False for IPv4, also where it was written as IPv6.
  public let isIPv6: Bool

  /// 32 or 128.
  public var bitCount: Int { isIPv6 ? 128 : 32 }

  /// Reads dotted-quad (four decimal parts without leading zeros) and RFC 4291 text; nil for anything else.
  public init?(_ text: UnsafeRawBufferPointer) {
    // The longest text is an IPv6 address that ends in an IPv4 one: 45 bytes.
    guard text.count > 1, text.count <= 45, let start = text.baseAddress else { return nil }
    var zeroTerminated = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var address = (UInt64(0), UInt64(0))
    let isIPv6 = text.contains(UInt8(ascii: ":"))
    let result = withUnsafeMutableBytes(of: &zeroTerminated) { buffer -> Int32 in
      guard let place = buffer.baseAddress, !text.contains(0) else { return 0 }
      place.copyMemory(from: start, byteCount: text.count)
      return inet_pton(isIPv6 ? AF_INET6 : AF_INET, place.assumingMemoryBound(to: CChar.self), &address)
    }
    guard result == 1 else { return nil }
    guard isIPv6 else {
      self.init(high: 0, low: UInt64(UInt32(truncatingIfNeeded: address.0).byteSwapped), isIPv6: false)
      return
    }
    let (high, low) = (address.0.byteSwapped, address.1.byteSwapped)
    let isMapped = high == 0 && low >> 32 == 0xFFFF
    self.init(high: high, low: isMapped ? low & 0xFFFF_FFFF : low, isIPv6: !isMapped)
  }

  /// Reads the same forms.
  public init?(_ text: String) {
    guard let address = Array(text.utf8).withUnsafeBytes({ IPAddress($0) }) else { return nil }
    self = address
  }

  init(high: UInt64, low: UInt64, isIPv6: Bool) {
    self.high = high
    self.low = low
    self.isIPv6 = isIPv6
  }

  /// The address with all but its first `length` bits cleared.
  public func network(_ length: Int) -> IPAddress {
    let cleared = max(0, bitCount - length)
    guard cleared > 0 else { return self }
    let lowMask: UInt64 = cleared >= 64 ? 0 : ~0 << UInt64(cleared)
    let highMask: UInt64 = cleared <= 64 ? ~0 : cleared >= 128 ? 0 : ~0 << UInt64(cleared - 64)
    return IPAddress(high: high & highMask, low: low & lowMask, isIPv6: isIPv6)
  }
}

/// A network in CIDR notation (RFC 4632, RFC 4291), `10.0.0.0/8`, or one address.
public struct IPNetwork: Hashable, Sendable {
  /// Its first address.
  public let address: IPAddress
  /// How many bits all its addresses share.
  public let length: Int

  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    guard parts.count == 2 else {
      self.init(address: address, length: address.bitCount)
      return
    }
    guard let length = Int(parts[1]), (0...address.bitCount).contains(length), parts[1].allSatisfy(\.isNumber),
      address.network(length) == address
    else { return nil }
    self.init(address: address, length: length)
  }

  /// The network of that length that holds the address.
  public init(_ address: IPAddress, length: Int) {
    self.init(address: address.network(length), length: length)
  }

  private init(address: IPAddress, length: Int) {
    self.address = address
    self.length = length
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted-quad, or groups of hexadecimal digits with the longest run of zeros left out (RFC 5952).
  public var description: String {
    var address = isIPv6 ? (high.byteSwapped, low.byteSwapped) : (low.byteSwapped >> 32, 0)
    return String(unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { text in
      text.withMemoryRebound(to: CChar.self) { text in
        _ = inet_ntop(isIPv6 ? AF_INET6 : AF_INET, &address, text.baseAddress, socklen_t(text.count))
        return text.firstIndex(of: 0) ?? 0
      }
    }
  }
}

extension IPNetwork: CustomStringConvertible {
  public var description: String { "\(address)/\(length)" }
}
