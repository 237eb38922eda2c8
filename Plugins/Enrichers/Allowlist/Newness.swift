internal import AlertModel
internal import PluginKit

/// Finds in an alert what may be new about its actor.
struct Newness: Sendable {
  private let fields: [(Field, Novelty)]

  init(_ vocabulary: Vocabulary) {
    fields = [
      (vocabulary.field("cloud.account.id"), .account),
      (vocabulary.field("source.ip"), .network),
      (vocabulary.field("source.geo.country_iso_code"), .country),
      (vocabulary.field("user_agent.original"), .client),
    ]
  }

  /// One thing seen of an actor.
  struct Observation: Hashable {
    let novelty: Novelty
    let value: String
  }

  func observations(of alert: borrowing Alert, watch: [Novelty]) -> [Observation] {
    var observations: [Observation] = []
    for (field, novelty) in fields where watch.contains(novelty) {
      alert.forEachValue(field) { value in
        guard value.isScalar else { return false }
        let text = value.withText { Self.reduced($0, novelty) }
        if let text, !text.isEmpty { observations.append(Observation(novelty: novelty, value: text)) }
        return false
      }
    }
    return observations
  }

  /// The network of an address, the family of a client; anything else as it is, up to 128 bytes.
  private static func reduced(_ text: UnsafeRawBufferPointer, _ novelty: Novelty) -> String? {
    switch novelty {
    case .network:
      guard let address = IPAddress(text) else { return nil }
      return "\(IPNetwork(address, length: address.isIPv6 ? 48 : 24))"
    case .client:
      // A product's name ends at its version (RFC 9110, section 10.1.5); AWS consoles write theirs in brackets.
      let name = text.drop { $0 == UInt8(ascii: "[") }.prefix { !"/ ;,]".utf8.contains($0) }
      return String(decoding: name.prefix(128), as: UTF8.self)
    case .account, .country, .rate:
      return String(decoding: text.prefix(128), as: UTF8.self)
    }
  }
}
