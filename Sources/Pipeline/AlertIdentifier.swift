internal import AlertModel
internal import Crypto
internal import PluginKit

/// Gives every alert its stable id: the one it came with from another Weir, the detector's own, else a hash of its bytes.
struct AlertIdentifier {
  private let formats: FormatSet
  private let weirID: Field

  init(formats: FormatSet) {
    self.formats = formats
    weirID = formats.vocabulary.field(WeirFields.alertIDName)
  }

  /// - Parameter rule: the rule that made the alert from an event: then the event's id alone does not name it.
  func identify(_ alert: borrowing Alert, rule: String?, arena: TextArena, into id: inout [UInt8]) {
    if let known = alert.first(weirID), known.kind == .string {
      id.append(contentsOf: known.bytes)
    } else if !formats.appendID(
      of: alert.document, envelope: alert.envelope, format: alert.table, arena: arena, to: &id)
    {
      // 128 bits of SHA-256: nobody can make two alerts with the same id, which a receiver would take for a repeat.
      var hash = SHA256()
      hash.update(bufferPointer: alert.root.source)
      for byte in hash.finalize().prefix(16) {
        id.append(Self.digits[Int(byte >> 4)])
        id.append(Self.digits[Int(byte & 15)])
      }
    }
    if let rule {
      id.append(UInt8(ascii: ":"))
      var quoted: [UInt8] = []
      JSONEscapes.appendQuoted(rule, to: &quoted)
      id.append(contentsOf: quoted.dropFirst().dropLast())
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
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
