import AlertModel
import KQL

/// Asks conditions about documents, as alerts of a format without field names of its own.
struct Documents {
  static let vocabulary = Vocabulary([FieldTable([:])])

  /// Calls `body` with the document as an alert.
  static func withAlert<Result>(
    _ json: String, severity: Severity = .medium, added: [AddedField] = [], _ body: (borrowing Alert) throws -> Result
  ) throws -> Result {
    let parser = DocumentParser()
    return try Array(json.utf8).withUnsafeBytes { bytes in
      var alert = Alert(
        Document(try parser.parse(bytes)), table: 0, severity: severity, vocabulary: vocabulary, arena: TextArena())
      alert.add(added)
      return try body(alert)
    }
  }

  /// 2026-11-21T12:00:00Z.
  static let now = Timestamp(seconds: 1_795_262_400)

  static func matches(
    _ query: String, _ json: String, severity: Severity = .medium, added: [AddedField] = [], now: Timestamp = now
  ) throws -> Bool {
    let condition = try Condition(query, vocabulary: vocabulary)
    return try withAlert(json, severity: severity, added: added) { condition.matches($0, now: now) }
  }
}
