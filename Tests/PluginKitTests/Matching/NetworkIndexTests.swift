import AlertModel
import Testing

@testable import PluginKit

@Suite("Networks")
struct NetworkIndexTests {
  @Test("the smallest network that holds an address answers")
  func longestPrefixWins() throws {
    var index = NetworkIndex()
    let networks = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "2001:db8:1::/48"]
    for (number, text) in networks.enumerated() {
      #expect(index.insert(try #require(IPNetwork(text)), number: number) == nil)
    }
    #expect(index.insert(try #require(IPNetwork("10.0.0.0/8")), number: 9) == 1)
    let questions = [
      ("192.0.2.1", 0), ("10.9.9.9", 1), ("10.1.9.9", 2), ("10.1.2.3", 3), ("2001:db8:2::1", 4), ("2001:db8:1::1", 5),
      ("::ffff:10.1.2.3", 3),
    ]
    for (address, number) in questions {
      #expect(index.number(containing: try #require(IPAddress(address))) == number, "\(address)")
    }
    #expect(index.number(containing: try #require(IPAddress("2001:db9::1"))) == nil)
  }

  @Test(
    "a range of addresses is the networks that hold them and no others",
    arguments: [
      ("10.0.0.1", "10.0.0.25", "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/29 10.0.0.16/29 10.0.0.24/31"),
      ("10.0.0.0", "10.0.0.255", "10.0.0.0/24"), ("192.0.2.7", "192.0.2.7", "192.0.2.7/32"),
      ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"), ("255.255.255.254", "255.255.255.255", "255.255.255.254/31"),
      ("2001:db8::ffff", "2001:db8::1:0", "2001:db8::ffff/128 2001:db8::1:0/128"),
      ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
    ])
  func ranges(first: String, last: String, networks: String) throws {
    let (first, last) = (try #require(IPAddress(first)), try #require(IPAddress(last)))
    let found = IPNetwork.networks(from: first, through: last)?.map(\.description)
    #expect(found == networks.split(separator: " ").map(String.init))
    if first != last { #expect(IPNetwork.networks(from: last, through: first) == nil) }
  }

  @Test(
    "what is no network is refused",
    arguments: [
      "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "x", "", "::/129",
      "010.0.0.1",
    ])
  func refuses(text: String) { #expect(IPNetwork(text) == nil) }
}
