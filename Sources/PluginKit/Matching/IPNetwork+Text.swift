internal import AlertModel

extension IPNetwork: CustomStringConvertible {
  public var description: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends what `description` says: the address, a slash and the length.
  public func append(to text: inout [UInt8]) {
    // The longest are eight groups of four digits, with seven colons, and three digits behind the slash.
    withUnsafeTemporaryAllocation(byteCount: 48, alignment: 1) { room in
      var writer = AddressWriter(room: room)
      writer.write(address)
      writer.put(UInt8(ascii: "/"))
      writer.write(decimal: UInt64(length))
      text.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<writer.count]))
    }
  }
}

/// Writes addresses as `IPAddress.description` has them, without a detour over C or a `String`.
private struct AddressWriter {
  let room: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(room: UnsafeMutableRawBufferPointer) {
    self.room = room
  }

  mutating func put(_ byte: UInt8) {
    room[count] = byte
    count += 1
  }

  mutating func write(_ address: IPAddress) {
    guard address.isIPv6 else { return write(ipv4: address.low) }
    let bits = UInt128(address.high) << 64 | UInt128(address.low)
    let zeros = Self.longestRunOfZeros(in: bits)
    // The C library writes what was once meant for IPv4 so.
    let endsInIPv4 = zeros == 0..<6
    let end = endsInIPv4 ? 6 : 8
    var at = 0
    while at < end {
      if at == zeros.lowerBound, !zeros.isEmpty {
        put(UInt8(ascii: ":"))
        put(UInt8(ascii: ":"))
        at = zeros.upperBound
        continue
      }
      if at > 0, at != zeros.upperBound { put(UInt8(ascii: ":")) }
      write(hexadecimal: Self.group(at, of: bits))
      at += 1
    }
    if endsInIPv4 { write(ipv4: address.low) }
  }

  /// The first of the longest runs of two groups or more that are zero (RFC 5952, section 4.2); empty where there is none.
  private static func longestRunOfZeros(in bits: UInt128) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for at in 0...8 where at == 8 || group(at, of: bits) != 0 {
      if at - start >= 2, at - start > longest.count { longest = start..<at }
      start = at + 1
    }
    return longest
  }

  private static func group(_ at: Int, of bits: UInt128) -> UInt16 {
    UInt16(truncatingIfNeeded: bits >> UInt128(112 - at * 16))
  }

  private mutating func write(ipv4 address: UInt64) {
    for shift in [24, 16, 8, 0] as [UInt64] {
      if shift < 24 { put(UInt8(ascii: ".")) }
      write(decimal: address >> shift & 0xFF)
    }
  }

  /// - Parameter decimal: at most 999.
  mutating func write(decimal number: UInt64) {
    if number >= 100 { put(UInt8(ascii: "0") + UInt8(number / 100)) }
    if number >= 10 { put(UInt8(ascii: "0") + UInt8(number / 10 % 10)) }
    put(UInt8(ascii: "0") + UInt8(number % 10))
  }

  private mutating func write(hexadecimal group: UInt16) {
    var shift: UInt16 = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0
    while true {
      let digit = UInt8(group >> shift & 0xF)
      put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
