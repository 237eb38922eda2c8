internal import PluginKit

extension HTTPRequest {
  /// Refuses what could not be sent as one request: a header that could begin another one, a method with spaces.
  ///
  /// - Throws: a permanent `TransportError` that shows no value.
  func check() throws(TransportError) {
    guard method.isToken else {
      throw TransportError("the request's method is not a word: \(String(reflecting: method))", isPermanent: true)
    }
    let lowercased = url.prefix(8).lowercased()
    guard lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") else {
      throw TransportError("the URL must begin with http:// or https://", isPermanent: true)
    }
    guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
      throw TransportError("the URL contains a space or a control character", isPermanent: true)
    }
    for (name, value) in headers {
      guard name.isToken else {
        throw TransportError("'\(name.visible)' cannot be the name of a header", isPermanent: true)
      }
      // RFC 9110, section 5.5: CR, LF and NUL in a value are dangerous; other control characters are invalid.
      guard !value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }) else {
        throw TransportError(
          "the value of the header '\(name)' contains a line break or another control character", isPermanent: true)
      }
    }
  }
}

extension String {
  /// True for a token of RFC 9110, section 5.6.2.
  fileprivate var isToken: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// With control characters shown instead of obeyed.
  fileprivate var visible: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "\u{FFFD}" : $0 }))
  }
}
