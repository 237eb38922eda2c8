import AlertModel
import Glibc
import Testing

@Suite("IP addresses")
struct IPAddressTests {
  @Test(
    "an address is read however it is written, and written in one way",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("::ffff:192.0.2.1", "192.0.2.1"),
      ("::FFFF:C000:0201", "192.0.2.1"), ("::", "::"), ("2001:DB8:0:0::1", "2001:db8::1"), ("1::", "1::"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
      ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ])
  func reads(text: String, written: String) {
    #expect(IPAddress(text)?.description == written)
    #expect(IPAddress(text) == IPAddress(written))
    #expect(IPAddress(text)?.isIPv6 == written.contains(":"))
  }

  @Test("any address is written as inet_ntop(3) writes it")
  func writesLikeTheSystem() {
    for _ in 0..<20_000 {
      // Many zeros, in runs of any length.
      let groups: [UInt16] = (0..<8).map { _ in
        Bool.random() ? 0 : .random(in: 0...UInt16.max) >> UInt16.random(in: 0...15)
      }
      let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      var written = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      inet_ntop(AF_INET6, bytes, &written, socklen_t(written.count))
      let expected = String(decoding: written.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      let text = groups.map { String($0, radix: 16) }.joined(separator: ":")
      // The system writes a dotted quad behind other zeros too (RFC 4291, section 2.5.5.1), which RFC 5952 leaves open.
      guard !expected.contains(".") else { continue }
      #expect(IPAddress(text)?.description == expected)
    }
    for _ in 0..<1000 {
      let parts = (0..<4).map { _ in UInt8.random(in: 0...255) }
      let text = parts.map { "\($0)" }.joined(separator: ".")
      #expect(IPAddress(text)?.description == text)
    }
  }

  @Test(
    "what is no address is none",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.00", "256.1.1.1", "1.2.3.4 ", "1..2.3", "1.2.3.", "1.2.3.4/8",
      ":",
      ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3", "12345::", "g::", "fe80::1%eth0",
      "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.04", "1:", ":1", "cafe",
    ])
  func refuses(text: String) { #expect(IPAddress(text) == nil) }

  @Test("a network is the address without its last bits")
  func networks() {
    #expect(IPAddress("192.0.2.255")?.network(24) == IPAddress("192.0.2.0"))
    #expect(IPAddress("192.0.2.255")?.network(0) == IPAddress("0.0.0.0"))
    #expect(IPAddress("2001:db8:1:2:3::1")?.network(48) == IPAddress("2001:db8:1::"))
    #expect(IPAddress("2001:db8::1")?.network(0) == IPAddress("::"))
  }
}
