import AlertModel
import Testing

@testable import PluginKit

@Suite("Networks as text")
struct IPNetworkTextTests {
  @Test(
    "a network is written as its address is, with its length",
    arguments: [
      "192.0.2.0/24", "0.0.0.0/0", "255.255.255.255/32", "10.20.0.0/16", "::/0", "::1/128", "1::/16", "2001:db8::/32",
      "2001:db8:0:1::/64", "1:0:0:2::3/128", "1:0:0:2:3:0:0:4/128", "1:0:2:3:4:5:6:7/128", "0:1:2:3:4:5:6:7/128",
      "::1:0:0/96", "::2:3/128", "::2:0/112", "::a:b:c/128", "ffff:ffff:ffff::/48", "1:2:3:4:5:6:7:8/128",
    ])
  func writes(text: String) throws {
    let network = try #require(IPNetwork(text))
    #expect(network.description == "\(network.address.description)/\(network.length)")
    #expect(IPNetwork(network.description) == network)
  }

  @Test("addresses with zeros anywhere are written as the C library does")
  func writesAsBefore() throws {
    for zeros in 0..<256 {
      let groups = (0..<8).map { zeros >> $0 & 1 == 1 ? "0" : ["1", "a0", "ffff", "bc3"][$0 % 4] }
      let address = try #require(IPAddress(groups.joined(separator: ":")))
      let network = IPNetwork(address, length: address.bitCount)
      #expect(network.description == "\(address.description)/\(address.bitCount)")
    }
  }
}
