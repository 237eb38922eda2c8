internal import AlertModel
internal import PluginKit

/// What a digest says of the alerts that it stands for.
struct DigestSummary {
  private(set) var count = 0
  private var first: Timestamp?
  private var last: Timestamp?
  private var severities: [Severity: Int] = [:]
  private var rules: [String: Int] = [:]
  private var actors: [String: Int] = [:]
  private var accounts: [String: Int] = [:]

  private let reader: AlertReader
  private let rule: Field
  private let actor: Field
  private let account: Field

  /// How many names a list has at the most; the rest is one line, "other".
  private static let listLimit = 20

  /// Characters of a name at the most: an attacker may have chosen it.
  private static let nameLimit = 200

  init(vocabulary: Vocabulary) {
    reader = AlertReader(vocabulary: vocabulary)
    rule = vocabulary.field("rule.name")
    actor = vocabulary.field("user.name")
    account = vocabulary.field("cloud.account.id")
  }

  mutating func add(_ block: AlertBlock, place: Int32) {
    let alert = DeliveryBatch(block: block, places: [place])[0]
    count += 1
    first = min(first ?? alert.time, alert.time)
    last = max(last ?? alert.time, alert.time)
    severities[alert.severity, default: 0] += 1
    // An alert that cannot be parsed again still counts.
    let names = try? reader.read(alert) { alert in
      (alert.text(rule), alert.text(actor), alert.text(account))
    }
    guard let names else { return }
    Self.count(names.0, &rules)
    Self.count(names.1, &actors)
    Self.count(names.2, &accounts)
  }

  private static func count(_ name: String?, _ counts: inout [String: Int]) {
    if let name, !name.isEmpty { counts[String(name.prefix(nameLimit)), default: 0] += 1 }
  }

  /// The digest as one alert, in ECS.
  func document(id: String, output: String, source: String, now: Timestamp) -> DigestDocument {
    let severity = severities.keys.max() ?? .medium
    var json: [UInt8] = []
    func raw(_ text: String) { json.append(contentsOf: text.utf8) }
    func text(_ text: String) { JSONEscapes.appendQuoted(text, to: &json) }
    raw(#"{"@timestamp":"\#(now.rfc3339)","message":"#)
    text(
      "\(count) alerts came faster than the rate limit of output '\(output)' lets through. This digest stands for all "
        + "of them; they can be read in \(source), by its id.")
    raw(#","severity":"\#(severity)","rule":{"id":"weir.digest","name":"Digest of \#(count) alerts"}"#)
    raw(#","weir":{"alert_id":"\#(id)","digest":{"id":"\#(id)","count":\#(count)"#)
    raw(#","first":"\#((first ?? now).rfc3339)","last":"\#((last ?? now).rfc3339)","severities":{"#)
    let bySeverity = severities.sorted { $0.key > $1.key }
    raw(bySeverity.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ","))
    raw("}")
    for (name, counts) in [("by_rule", rules), ("by_actor", actors), ("by_account", accounts)] {
      raw(#","\#(name)":["#)
      for (index, item) in Self.list(counts).enumerated() {
        raw(index > 0 ? #",{"name":"# : #"{"name":"#)
        text(item.name)
        raw(#","count":\#(item.count)}"#)
      }
      raw("]")
    }
    raw(#","where":"#)
    text(source)
    raw("}}}")
    return DigestDocument(id: id, json: json)
  }

  private static func list(_ counts: [String: Int]) -> [(name: String, count: Int)] {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (name: $0.key, count: $0.value) }
    guard sorted.count > listLimit else { return sorted }
    let rest = sorted.dropFirst(listLimit).reduce(0) { $0 + $1.count }
    return sorted.prefix(listLimit) + [(name: "other", count: rest)]
  }
}

extension DigestDocument {
  /// The document as an output gets it; nil where it is no JSON, which only damage can bring about.
  func block(_ vocabulary: Vocabulary, now: Timestamp) -> AlertBlock? {
    let parser = DocumentParser()
    let found = json.withUnsafeBytes { bytes -> (Severity?, Timestamp?)? in
      guard let root = try? parser.parse(bytes) else { return nil }
      return (
        FieldPath("severity").first(in: root).flatMap { Severity(name: $0.value.text) },
        FieldPath("@timestamp").first(in: root).flatMap { Timestamp($0.value.text) }
      )
    }
    guard let found, let place = json.firstRange(of: Array(id.utf8)) else { return nil }
    let entry = AlertBlock.Entry(
      start: 0, count: UInt32(json.count), idStart: UInt32(place.lowerBound), idCount: UInt32(place.count),
      time: found.1 ?? now, severity: found.0 ?? .medium, table: UInt16(max(vocabulary.tables.count - 1, 0)))
    return AlertBlock(bytes: json + [0x0A], entries: [entry])
  }
}
