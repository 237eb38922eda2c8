internal import AlertModel
internal import PluginKit

/// Where to read on about an alert: an address that is safe to make clickable.
struct AlertLink {
  /// An http or https address without user or password; whatever could end it in a chat message is percent-encoded.
  let address: [UInt8]
  /// The host that it leads to, which is shown with it, so that nobody is sent somewhere unseen.
  let host: [UInt8]

  /// Longer addresses are not linked: they could not be shown whole.
  private static let longest = 2000
  /// Nor are hosts that cannot be one: a name has 253 characters at the most (RFC 1035, section 2.3.4), a port 6 more.
  private static let longestHost = 259

  /// - Returns: nil for anything but an http or https address.
  init?(_ text: [UInt8]) {
    let scheme = ["https://", "http://"].first { text.starts(with: $0.utf8) }
    guard let scheme, text.count <= Self.longest else { return nil }
    let authority = text[scheme.utf8.count...].prefix { !"/?#".utf8.contains($0) }
    let isHost = { (byte: UInt8) in
      byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "-.:[]_".utf8.contains(byte)
    }
    // An `@` would make what is before it look like the host.
    guard (1...Self.longestHost).contains(authority.count), authority.allSatisfy(isHost) else { return nil }
    host = Array(authority)
    var address: [UInt8] = []
    for byte in text {
      if Self.isSafe(byte) { address.append(byte) } else { Self.appendEncoded(byte, to: &address) }
    }
    guard address.count <= Self.longest else { return nil }
    self.address = address
  }

  /// What may stand in an address as it is (RFC 3986), less what closes a link in mrkdwn, in Markdown or in JSON.
  private static func isSafe(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "-._~:/?#[]@!$&'+,;=%".utf8.contains(byte)
  }

  static func appendEncoded(_ byte: UInt8, to text: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    text.append(UInt8(ascii: "%"))
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
}

/// Where alerts have their links.
struct AlertLinkFields {
  private let fields: [Field]
  private let template: [Piece]

  private enum Piece {
    case text([UInt8])
    case field(Field)
  }

  /// - Parameter template: for alerts that have no link of their own: an address with `{FIELD}` in it.
  /// - Throws: `ConfigurationError` at the place in the template that is wrong.
  init(_ vocabulary: Vocabulary, template: LocatedText?) throws {
    fields = ["kibana.alert.url", "event.url", "event.reference"].map { vocabulary.field($0) }
    self.template = try template.map { try Self.pieces(of: $0, vocabulary) } ?? []
  }

  private static func pieces(of template: LocatedText, _ vocabulary: Vocabulary) throws -> [Piece] {
    var pieces: [Piece] = []
    var rest = template.text[...]
    guard AlertLink(Array(template.text.replacing("{", with: "").replacing("}", with: "").utf8)) != nil else {
      throw ConfigurationError(
        "\(template.quoted) is not an address to link to; it must begin with https:// or http:// and a host",
        at: template.place)
    }
    while let open = rest.firstIndex(of: "{") {
      pieces.append(.text(Array(rest[..<open].utf8)))
      let name = rest[rest.index(after: open)...].prefix { $0 != "}" }
      guard name.endIndex < rest.endIndex, !name.isEmpty else {
        let offset = template.text.utf8.distance(from: template.text.startIndex, to: open)
        throw ConfigurationError(
          "a '{' must be followed by the name of a field and '}', as in '{weir.alert_id}'",
          at: template.place(at: offset))
      }
      pieces.append(.field(vocabulary.field(String(name))))
      rest = rest[rest.index(after: name.endIndex)...]
    }
    pieces.append(.text(Array(rest.utf8)))
    return pieces
  }

  /// The alert's own link, or the template's with the alert's values; nil where there is neither.
  func link(of alert: borrowing Alert) -> AlertLink? {
    for field in fields {
      var text: [UInt8] = []
      if let value = alert.first(field), value.kind == .string { value.appendText(to: &text) }
      if let link = AlertLink(text) { return link }
    }
    guard !template.isEmpty else { return nil }
    var address: [UInt8] = []
    for piece in template {
      switch piece {
      case .text(let text): address.append(contentsOf: text)
      case .field(let field):
        guard let value = alert.first(field), value.isScalar else { return nil }
        var text: [UInt8] = []
        value.appendText(to: &text)
        for byte in text {
          let isUnreserved = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "-._~".utf8.contains(byte)
          if isUnreserved { address.append(byte) } else { AlertLink.appendEncoded(byte, to: &address) }
        }
      }
    }
    return AlertLink(address)
  }
}
