import AlertModel
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
