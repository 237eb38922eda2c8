internal import AlertModel
internal import Crypto
internal import PluginKit

/// Gives every alert its stable id: the one it came with from another Weir, the detector's own, else a hash of its bytes.
///
/// Where that of another Weir may be somebody else's word, the detector's comes first: to receivers, two alerts of one id
/// are one.
struct AlertIdentifier {
  private let formats: FormatSet
  private let weirID: Field

  init(formats: FormatSet) {
    self.formats = formats
    weirID = formats.vocabulary.field(WeirFields.alertIDName)
  }

  /// - Parameter rule: the rule that made the alert from an event: then the event's id alone does not name it.
  func identify(_ alert: borrowing Alert, rule: String?, arena: TextArena, into id: inout [UInt8]) {
    if !takeKnown(alert, arena, into: &id) {
      // 128 bits of SHA-256: nobody can make two alerts with the same id, which a receiver would take for a repeat.
      var hash = SHA256()
      hash.update(bufferPointer: alert.root.source)
      for byte in hash.finalize().prefix(16) { id.append(hexadecimal: byte) }
    }
    if let rule {
      id.append(UInt8(ascii: ":"))
      var quoted: [UInt8] = []
      JSONEscapes.appendQuoted(rule, to: &quoted)
      id.append(contentsOf: quoted.dropFirst().dropLast())
    }
  }

  /// Appends the id that the alert has already; false where it has none.
  private func takeKnown(_ alert: borrowing Alert, _ arena: TextArena, into id: inout [UInt8]) -> Bool {
    let detectorsFirst = formats.vocabulary.tables[alert.table].holdsEvent
    if !detectorsFirst, takeNoted(alert, into: &id) { return true }
    if formats.appendID(of: alert.document, envelope: alert.envelope, format: alert.table, arena: arena, to: &id) {
      return true
    }
    return detectorsFirst && takeNoted(alert, into: &id)
  }

  /// Appends the id that a Weir wrote on the alert.
  private func takeNoted(_ alert: borrowing Alert, into id: inout [UInt8]) -> Bool {
    guard let known = alert.first(weirID), known.kind == .string else { return false }
    id.append(contentsOf: known.bytes)
    return true
  }
}

/// The names of the fields that Weir itself adds.
struct WeirFields: Sendable {
  let alertID: FieldPath
  let severity: FieldPath
  let enrichmentErrors: FieldPath
  let suppression: FieldPath
  let demotion: FieldPath

  init(_ vocabulary: Vocabulary) {
    alertID = vocabulary.path(Self.alertIDName)
    severity = vocabulary.earlierNotes.severity
    enrichmentErrors = vocabulary.path("weir.enrichment_errors")
    suppression = vocabulary.path("weir.suppression")
    demotion = vocabulary.path("weir.demotion")
  }

  static let alertIDName = "weir.alert_id"
}
