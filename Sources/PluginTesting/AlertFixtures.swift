public import AlertModel
public import PluginKit

/// Makes alerts, blocks and batches from JSON, as the gateway would hand them to plugins.
///
/// ```swift
/// let fixtures = AlertFixtures()
/// let batch = try fixtures.batch(#"{"rule":{"name":"Trail created"},"severity":"high"}"#)
/// ```
public struct AlertFixtures: Sendable {
  /// The formats that documents are recognised by.
  public let formats: FormatSet

  /// A format for tests: documents in ECS, whose `severity` is one of Weir's words, medium where there is none.
  public static let ecs = Format(
    name: "ecs", title: "ECS documents", shape: .anything, id: "alert.id",
    severity: .words(
      "severity", Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0.description, $0) }),
      otherwise: .fixed(.medium)),
    fields: FieldTable([:]))

  private let weirID: Field
  private let timeField: Field

  /// - Parameter formats: in order of priority; the last takes what no other does.
  public init(_ formats: [Format] = [AlertFixtures.ecs]) {
    self.formats = FormatSet(formats)
    weirID = self.formats.vocabulary.field("weir.alert_id")
    timeField = self.formats.vocabulary.field("@timestamp")
  }

  /// The formats' tables: what a `PluginContext` needs.
  public var vocabulary: Vocabulary { formats.vocabulary }

  /// Alerts ready for an output. Each has `weir.alert_id`: its own where it has one, else the format's id, else `alert-1`
  /// and so on in order. Its time is that of `@timestamp`, else `ManualClock.epoch`.
  ///
  /// - Parameters:
  ///   - documents: JSON, each one document; envelopes are opened.
  ///   - fields: what enrichers would have added to each.
  ///   - severity: in place of what the formats say.
  /// - Throws: `JSONError` where a document is not JSON.
  public func block(
    _ documents: [String], adding fields: [AddedField] = [], severity: Severity? = nil
  ) throws -> AlertBlock {
    var bytes: [UInt8] = []
    var entries: [AlertBlock.Entry] = []
    var writer = AlertWriter()
    for document in documents {
      try forEachAlert(document, adding: fields, severity: severity) { alert in
        writer.begin()
        for field in fields { writer.add(field) }
        var id: [UInt8] = []
        appendID(of: alert, number: entries.count + 1, to: &id)
        writer.add(FieldPath("weir.alert_id")) {
          $0.append(UInt8(ascii: "\""))
          $0.append(contentsOf: id)
          $0.append(UInt8(ascii: "\""))
        }
        let start = bytes.count
        let written = writer.write(alert.document, to: &bytes, locating: FieldPath("weir.alert_id"))
        let place =
          written.map { $0.lowerBound + 1..<$0.upperBound - 1 } ?? bytes[start...].firstRange(of: id) ?? start..<start
        entries.append(
          AlertBlock.Entry(
            start: UInt32(start), count: UInt32(bytes.count - start), idStart: UInt32(place.lowerBound),
            idCount: UInt32(place.count), time: time(of: alert), severity: alert.severity, table: UInt16(alert.table)))
        bytes.append(0x0A)
      }
    }
    return AlertBlock(bytes: bytes, entries: entries)
  }

  /// A batch of all alerts in these documents; see `block`.
  public func batch(
    _ documents: String..., adding fields: [AddedField] = [], severity: Severity? = nil, isRetry: Bool = false
  ) throws -> DeliveryBatch {
    let block = try block(documents, adding: fields, severity: severity)
    return DeliveryBatch(block: block, places: Array(0..<Int32(block.entries.count)), isRetry: isRetry)
  }

  /// Calls `body` with each alert of a document, as an enricher sees it.
  ///
  /// - Throws: `JSONError` where the document is not JSON.
  public func forEachAlert(
    _ document: String, adding fields: [AddedField] = [], severity: Severity? = nil,
    _ body: (borrowing Alert) -> Void
  ) throws {
    let parser = DocumentParser()
    let arena = TextArena()
    try Array(document.utf8).withUnsafeBytes { bytes in
      let root = try parser.parse(bytes)
      formats.forEachAlert(in: root) { document, envelope, format in
        let given =
          severity ?? vocabulary.earlierNotes.severity(of: document)
          ?? formats.severity(of: document, envelope: envelope, format: format, arena: arena)
        var alert = Alert(
          document, envelope: envelope, table: format, severity: given, vocabulary: vocabulary, arena: arena)
        alert.add(fields)
        alert.takeUpEarlierNotes()
        body(alert)
      }
    }
  }

  /// Asks an enricher about the first alert of a document; nil where the document holds none.
  public func enrichment(
    of document: String, by enricher: some Enricher, adding fields: [AddedField] = []
  ) throws -> Result<Enrichment, EnrichmentFailure>? {
    var result: Result<Enrichment, EnrichmentFailure>?
    try forEachAlert(document, adding: fields) { alert in
      guard result == nil else { return }
      do throws(EnrichmentFailure) {
        result = .success(try enricher.enrich(alert))
      } catch {
        result = .failure(error)
      }
    }
    return result
  }

  private func appendID(of alert: borrowing Alert, number: Int, to id: inout [UInt8]) {
    if let known = alert.first(weirID), known.kind == .string {
      id.append(contentsOf: known.bytes)
      return
    }
    let arena = TextArena()
    let found = formats.appendID(
      of: alert.document, envelope: alert.envelope, format: alert.table, arena: arena, to: &id)
    if !found { id.append(contentsOf: "alert-\(number)".utf8) }
  }

  private func time(of alert: borrowing Alert) -> Timestamp {
    alert.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? ManualClock.epoch
  }
}
