public import AlertModel

extension IPNetwork {
  /// The networks that hold the addresses from one to another and no others, as few as there can be, in order.
  ///
  /// - Returns: nil where that is no range: the last address comes before the first, or only one of them is IPv4.
  public static func networks(from first: IPAddress, through last: IPAddress) -> [IPNetwork]? {
    guard first.isIPv6 == last.isIPv6, first.number <= last.number else { return nil }
    var networks: [IPNetwork] = []
    var start = first.number
    while true {
      var hostBits = min(start.trailingZeroBitCount, first.bitCount)
      while hostMask(hostBits) > last.number - start { hostBits -= 1 }
      let address = IPAddress(
        high: UInt64(truncatingIfNeeded: start >> 64), low: UInt64(truncatingIfNeeded: start))
      networks.append(IPNetwork(address, length: first.bitCount - hostBits))
      let end = start + hostMask(hostBits)
      guard end < last.number else { return networks }
      start = end + 1
    }
  }

  private static func hostMask(_ bits: Int) -> UInt128 { (1 << bits) &- 1 }
}

extension IPAddress {
  fileprivate var number: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
