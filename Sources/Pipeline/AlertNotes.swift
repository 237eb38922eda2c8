internal import AlertModel
internal import PluginKit

/// What Weir writes on an alert of its own accord, besides what enrichers add.
struct AlertNotes {
  /// Tells the alerts of a batch apart.
  var number = 0
  /// The stable id, as the inside of a JSON string.
  var id: [UInt8] = []
  /// Enrichers that failed, and why.
  var failures: [(enricher: String, reason: String)] = []
  /// Why the alert is held back.
  var suppression: Suppression?
  /// True where the severity is not the one that the format's rule gives: a rule or an enricher said otherwise.
  var hasOwnSeverity = false
  /// Why the severity was lowered.
  var demotion: Suppression?
  /// Tells, once nothing else holds the alert back, whether an earlier one stands for it (`Detection.repeats`).
  var repeats: (@Sendable () -> Suppression?)?

  /// What is kept of an alert that waits for an enricher that does I/O.
  struct Kept: Sendable {
    let number: Int
    let id: [UInt8]
    let failures: [(enricher: String, reason: String)]
    let hasOwnSeverity: Bool
    let demotion: Suppression?
    let repeats: (@Sendable () -> Suppression?)?
    let undemotedSeverity: Severity
    /// What conditions can ask for although it is not written with the alert.
    let ambient: [AddedField]
    /// Where the alert was read.
    let source: String
  }

  func kept(of alert: borrowing Alert, ambient: [AddedField], source: String) -> Kept {
    Kept(
      number: number, id: id, failures: failures, hasOwnSeverity: hasOwnSeverity, demotion: demotion,
      repeats: repeats, undemotedSeverity: alert.undemotedSeverity, ambient: ambient, source: source)
  }

  /// Takes up what was kept.
  mutating func resume(_ kept: Kept) {
    number = kept.number
    id = kept.id
    failures = kept.failures
    suppression = nil
    hasOwnSeverity = kept.hasOwnSeverity
    demotion = kept.demotion
    repeats = kept.repeats
  }

  /// Forgets everything, for the next alert.
  mutating func reset() {
    id.removeAll(keepingCapacity: true)
    if !failures.isEmpty { failures.removeAll(keepingCapacity: true) }
    suppression = nil
    hasOwnSeverity = false
    demotion = nil
    repeats = nil
  }

  /// Hands the notes to the writer as fields under `weir`. Whatever the alert came with under those names gives way: it
  /// may be an earlier Weir's, or somebody's who wants a record to say something else.
  ///
  /// - Parameter document: what the detector wrote.
  func write(to writer: inout AlertWriter, _ fields: WeirFields, severity: Severity, in document: Document) {
    writer.add(fields.alertID, existing: .givesWay) { json in
      json.append(UInt8(ascii: "\""))
      id.withUnsafeBytes { json.append(copyOf: $0) }
      json.append(UInt8(ascii: "\""))
    }
    if hasOwnSeverity || fields.severity.exists(in: document) {
      writer.add(fields.severity, existing: .givesWay) { JSONEscapes.appendQuoted(severity.description, to: &$0) }
    }
    if !failures.isEmpty { writer.add(fields.enrichmentErrors, existing: .givesWay, appendFailures) }
    if let suppression {
      writer.add(fields.suppression, existing: .givesWayWithAllBelow) { suppression.appendJSON(to: &$0) }
    }
    if let demotion {
      writer.add(fields.demotion, existing: .givesWayWithAllBelow) { demotion.appendJSON(to: &$0) }
    }
  }

  private func appendFailures(to json: inout [UInt8]) {
    json.append(UInt8(ascii: "["))
    for (index, failure) in failures.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json.append(contentsOf: Array(#"{"enricher":"#.utf8))
      JSONEscapes.appendQuoted(failure.enricher, to: &json)
      json.append(contentsOf: Array(#","reason":"#.utf8))
      JSONEscapes.appendQuoted(failure.reason, to: &json)
      json.append(UInt8(ascii: "}"))
    }
    json.append(UInt8(ascii: "]"))
  }
}
