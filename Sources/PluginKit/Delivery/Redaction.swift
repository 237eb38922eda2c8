/// Keeps secrets out of what people read: error reasons, logs, dead letters.
///
/// A server may send back what it was sent (`Cannot POST /services/T0/B0/secret`), so whatever quotes a server goes
/// through this.
public struct Redaction: Sendable, CustomStringConvertible, CustomReflectable {
  private let hidden: [String]

  /// Shorter texts than this are not looked for: they would be found everywhere, and guard nothing.
  private static let shortest = 4

  /// - Parameters:
  ///   - url: its path, its query, and the user and password in it are hidden; its host is not.
  ///   - secrets: what else must not be seen: keys, tokens, passwords.
  public init(url: String = "", secrets: [String] = []) {
    var hidden = secrets
    let parts = URLParts(url)
    hidden += [url, parts.credentials, parts.path, parts.query]
    hidden += parts.credentials.split(separator: ":").map(String.init)
    hidden += parts.path.split(separator: "/").map(String.init)
    hidden += parts.query.split { "&=".contains($0) }.map(String.init)
    // Bearer tokens and the like: the value may come back without the word in front.
    hidden += secrets.flatMap { $0.split(separator: " ").map(String.init) }
    // A server that was sent an address may show it as it understood it.
    hidden += hidden.compactMap(Self.percentDecoded)
    let escaped = hidden.map { $0.replacing("/", with: "\\/") }
    // Longest first, so that no part of a longer one is left standing.
    self.hidden = Set(hidden + escaped).filter { $0.utf8.count >= Self.shortest }
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// Printing a redaction shows nothing of what it hides.
  public var description: String { "Redaction" }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  /// The text with `***` in place of everything that must not be seen.
  public func apply(to text: String) -> String {
    hidden.reduce(text) { $0.contains($1) ? $0.replacing($1, with: "***") : $0 }
  }

  /// The beginning of a response's body on one line, for a reason: at most 200 characters, nothing secret, no control
  /// characters. Empty for HTML pages, which say little in many words.
  public func excerpt(of body: [UInt8]) -> String {
    let text = apply(to: String(decoding: body.prefix(4096), as: UTF8.self))
    guard !text.lowercased().contains("<html") else { return "" }
    let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    let visible = String(String.UnicodeScalarView(words.unicodeScalars.map { Self.isControl($0) ? "\u{FFFD}" : $0 }))
    return visible.count > 200 ? visible.prefix(200) + "…" : visible
  }

  /// The host that an absolute URL names, with its port; nil for anything else.
  public static func host(inURL url: String) -> String? {
    let host = URLParts(url).host
    let isPlain = host.unicodeScalars.allSatisfy { !isControl($0) && $0 != " " }
    return host.isEmpty || !isPlain ? nil : String(host.prefix(253))
  }

  /// The text without its percent-encoding (RFC 3986, section 2.1); nil where it has none.
  private static func percentDecoded(_ text: String) -> String? {
    guard text.contains("%") else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(\.isHexDigit),
        let value = UInt8(digits, radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
  }
}

/// The parts of a URL that matter here (RFC 3986, appendix B). Nothing is checked or decoded.
private struct URLParts {
  var credentials = ""
  var host = ""
  var path = ""
  var query = ""

  init(_ url: String) {
    guard let scheme = url.firstRange(of: "//") else { return }
    let rest = url[scheme.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { !"/?".contains($0) }
    if let at = authority.lastIndex(of: "@") {
      credentials = String(authority[..<at])
      host = String(authority[authority.index(after: at)...])
    } else {
      host = String(authority)
    }
    let beyond = rest[authority.endIndex...]
    path = String(beyond.prefix { $0 != "?" })
    query = String(beyond[beyond.index(beyond.startIndex, offsetBy: path.count)...].dropFirst())
  }
}
