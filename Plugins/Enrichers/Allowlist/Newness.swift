internal import AlertModel
internal import PluginKit

/// Finds in an alert what may be new about its actor.
struct Newness: Sendable {
  /// By format: the fields of `novelties`.
  private let groups: BorrowingArray<FieldGroup>

  /// What may be new in a field.
  private static let novelties = [Novelty.account, .network, .country, .client]

  init(_ vocabulary: Vocabulary) {
    let fields = ["cloud.account.id", "source.ip", "source.geo.country_iso_code", "user_agent.original"]
      .map { vocabulary.field($0) }
    groups = BorrowingArray(vocabulary.tables.indices.map { FieldGroup(fields, in: $0) })
  }

  /// One thing to be seen of an actor. Kept as it is: text is made of it only where somebody reads it.
  enum Observation: Hashable {
    case network(IPNetwork)
    case text(Novelty, [UInt8])

    init(_ novelty: Novelty, _ text: String) {
      if novelty == .network, let network = IPNetwork(text) {
        self = .network(network)
      } else {
        self = .text(novelty, Array(text.utf8))
      }
    }

    var novelty: Novelty {
      switch self {
      case .network: .network
      case .text(let novelty, _): novelty
      }
    }

    var text: String {
      switch self {
      case .network(let network): "\(network)"
      case .text(_, let bytes): String(decoding: bytes, as: UTF8.self)
      }
    }

    /// Appends the text as a JSON string with its quotes.
    func appendQuoted(to json: inout [UInt8]) {
      switch self {
      case .network(let network):
        json.append(UInt8(ascii: "\""))
        network.append(to: &json)
        json.append(UInt8(ascii: "\""))
      case .text(_, let bytes): bytes.withUnsafeBytes { JSONEscapes.appendRepaired($0, to: &json) }
      }
    }
  }

  /// The same while the alert is looked at: it borrows the alert's bytes.
  enum Sample {
    case network(IPNetwork)
    case text(Novelty, UnsafeRawBufferPointer)

    /// What it is as something to keep.
    var observation: Observation {
      switch self {
      case .network(let network): .network(network)
      case .text(let novelty, let bytes): .text(novelty, Array(bytes))
      }
    }

    /// Tells samples apart; the same for a sample and what is kept of it.
    ///
    /// Networks as they are watched are told apart by their numbers. Of everything else it is a hash, with the seed that
    /// the process was given, so that nobody can choose one that looks like another.
    var identity: UInt64 {
      switch self {
      case .network(let network): Self.identity(of: network)
      case .text(let novelty, let bytes): Self.hash(of: novelty) { $0.combine(bytes: bytes) }
      }
    }

    private static func identity(of network: IPNetwork) -> UInt64 {
      let length = UInt64(network.length)
      // An IPv4 network has 32 bits, and of an IPv6 network no more than 48 are looked at.
      if !network.address.isIPv6 { return length << 48 | network.address.low & 0xFFFF_FFFF }
      guard length <= 48 else { return hash(of: .network) { $0.combine(network) } }
      return 1 << 60 | length << 48 | network.address.high >> 16
    }

    /// What it is about is in the highest bits, the hash in the rest.
    private static func hash(of novelty: Novelty, _ combine: (inout Hasher) -> Void) -> UInt64 {
      var hasher = Hasher()
      combine(&hasher)
      let kind: UInt64 =
        switch novelty {
        case .network: 2
        case .account: 3
        case .country: 4
        case .client: 5
        case .rate: 6
        }
      return kind << 60 | UInt64(truncatingIfNeeded: hasher.finalize()) >> 4
    }
  }

  /// Calls `body` with everything that is to be watched.
  func forEachSample(of alert: borrowing Alert, watch: [Novelty], _ body: (Sample) -> Void) {
    groups.ask(alert.table) { group in
      _ = alert.forEachValue(of: group) { place, value in
        let novelty = Self.novelties[place]
        guard value.isScalar, watch.contains(novelty) else { return false }
        value.withText { text in
          if let sample = Self.sample(text, novelty) { body(sample) }
        }
        return false
      }
    }
  }

  /// The network of an address, the family of a client; anything else as it is, up to 128 bytes.
  private static func sample(_ text: UnsafeRawBufferPointer, _ novelty: Novelty) -> Sample? {
    var end = min(text.count, 128)
    var start = 0
    switch novelty {
    case .network:
      // What is no address is something new as it is, and never passed over.
      if let address = IPAddress(text) ?? IPAddress(bareAddress(text)) {
        return .network(IPNetwork(address, length: address.isIPv6 ? 48 : 24))
      }
    case .client:
      // A product's name ends at its version (RFC 9110, section 10.1.5); AWS consoles write theirs in brackets.
      while start < text.count, text[start] == UInt8(ascii: "[") { start += 1 }
      end = start
      while end < text.count, end - start < 128, !isEndOfProduct(text[end]) { end += 1 }
    case .account, .country, .rate: break
    }
    return end > start ? .text(novelty, UnsafeRawBufferPointer(rebasing: text[start..<end])) : nil
  }

  /// What is left of `192.0.2.1:443`, `[2001:db8::1]:443` or an address with spaces around it.
  private static func bareAddress(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let space = UInt8(ascii: " ")
    var bare = text[...]
    while bare.first == space { bare.removeFirst() }
    while bare.last == space { bare.removeLast() }
    if bare.first == UInt8(ascii: "["), let end = bare.firstIndex(of: UInt8(ascii: "]")) {
      bare = bare[(bare.startIndex + 1)..<end]
    } else if let colon = bare.firstIndex(of: UInt8(ascii: ":")), bare.lastIndex(of: UInt8(ascii: ":")) == colon {
      bare = bare[..<colon]
    }
    return UnsafeRawBufferPointer(rebasing: bare)
  }

  private static func isEndOfProduct(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: " "), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "]"): true
    default: false
    }
  }
}

extension Newness.Observation {
  /// The same as that of the sample.
  var identity: UInt64 {
    switch self {
    case .network(let network): Newness.Sample.network(network).identity
    case .text(let novelty, let bytes): bytes.withUnsafeBytes { Newness.Sample.text(novelty, $0).identity }
    }
  }
}
