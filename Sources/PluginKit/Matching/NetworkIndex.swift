public import AlertModel

/// Many networks, asked which is the smallest that holds an address. The cost of a question depends on how many
/// different prefix lengths there are, and not on the number of networks.
public struct NetworkIndex: Sendable {
  private var numbers: [Key: Int] = [:]
  /// The prefix lengths in use, longest first.
  private var lengths: (v4: [Int], v6: [Int]) = ([], [])

  public init() {}

  /// Gives the network its number; of two equal ones the first counts.
  ///
  /// - Returns: the number of the same network where there is one already.
  public mutating func insert(_ network: IPNetwork, number: Int) -> Int? {
    let key = Key(address: network.address, length: UInt8(network.length))
    if let existing = numbers[key] { return existing }
    numbers[key] = number
    if network.address.isIPv6 {
      Self.add(network.length, to: &lengths.v6)
    } else {
      Self.add(network.length, to: &lengths.v4)
    }
    return nil
  }

  /// The number of the smallest network that holds the address.
  public func number(containing address: IPAddress) -> Int? {
    for length in address.isIPv6 ? lengths.v6 : lengths.v4 {
      if let number = numbers[Key(address: address.network(length), length: UInt8(length))] { return number }
    }
    return nil
  }

  private static func add(_ length: Int, to lengths: inout [Int]) {
    guard !lengths.contains(length) else { return }
    lengths.append(length)
    lengths.sort(by: >)
  }

  private struct Key: Hashable {
    let address: IPAddress
    let length: UInt8
  }
}
