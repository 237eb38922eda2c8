public import AlertModel

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

extension IPNetwork: CustomStringConvertible {
  public var description: String { "\(address)/\(length)" }

  /// Appends what `description` says.
  public func append(to text: inout [UInt8]) {
    address.append(to: &text)
    text.append(UInt8(ascii: "/"))
    text.appendDecimal(Int64(length))
  }
}
