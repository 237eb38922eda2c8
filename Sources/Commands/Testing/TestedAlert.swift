internal import AlertModel
internal import Gateway
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// What became of one alert of a test.
struct TestedAlert: Sendable {
  var suppressedBy: String?
  var outputs: [String] = []
  var severity = Severity.informational
  /// Its rule's ids and names.
  var rules: [String] = []
  /// The values of the fields that the test asks for.
  var fields: [String: [String]] = [:]

  /// Where it went, for messages.
  var destination: String {
    if let suppressedBy { return "it is held back by '\(suppressedBy)'" }
    return outputs.isEmpty ? "no route takes it" : "it goes to " + outputs.joined(separator: ", ")
  }
}

/// Watches the alerts of one test.
final class TestWitness: PipelineWitness {
  private let names: [String]
  private let fields: [Field]
  private let rules: [Field]
  private let seen = Mutex<[(end: AlertEnd, alert: TestedAlert)]>([])
  private let made = Mutex<[Int: String]>([:])

  init(asking names: [String], _ vocabulary: Vocabulary) {
    self.names = names
    fields = names.map(vocabulary.field)
    rules = ["rule.id", "rule.name"].map(vocabulary.field)
  }

  func began(_ number: Int, line: Int, _ alert: borrowing Alert, rule: String?) {
    if let rule { made.withLock { $0[number] = rule } }
  }

  func ended(_ end: AlertEnd, _ alert: borrowing Alert) {
    var tested = TestedAlert()
    tested.severity = alert.severity
    if case .suppressed(let suppression) = end.fate { tested.suppressedBy = suppression.entry }
    tested.rules = made.withLock { $0[end.number].map { [$0] } ?? [] }
    for rule in rules { tested.rules += Self.values(rule, of: alert) }
    read(alert, into: &tested)
    seen.withLock { $0.append((end, tested)) }
  }

  /// The alerts, with what Weir wrote on them.
  func alerts(_ outcome: BatchOutcome, _ parts: GatewayParts) -> [TestedAlert] {
    let reader = AlertReader(vocabulary: parts.formats.vocabulary)
    return seen.withLock { seen in
      seen.map { end, alert in
        guard let place = end.place else { return alert }
        var alert = alert
        alert.outputs = parts.outputs.indices.filter { outcome.places[$0].contains(place) }.map {
          parts.outputs[$0].name
        }
        let outgoing = DeliveryBatch(block: outcome.block, places: [place])[0]
        // What this process has just written can be read.
        try? reader.read(outgoing) { read($0, into: &alert) }
        return alert
      }
    }
  }

  private func read(_ alert: borrowing Alert, into tested: inout TestedAlert) {
    for (name, field) in zip(names, fields) {
      if name == "severity" {
        tested.fields[name] = [alert.severity.description]
      } else {
        tested.fields[name] = Self.values(field, of: alert)
      }
    }
  }

  private static func values(_ field: Field, of alert: borrowing Alert) -> [String] {
    var values: [String] = []
    alert.forEachValue(field) { value in
      values.append(value.isScalar ? value.text : String(decoding: value.bytes, as: UTF8.self))
      return false
    }
    return values
  }
}
