internal import AlertModel
internal import LinePrograms
internal import PluginKit

/// What a program's line says about an alert: `{"add": {…}}`, `{"error": "…"}`, or `{}`.
struct EnrichmentAnswer {
  private let names: Set<String>
  private let redaction: Redaction

  /// - Parameters:
  ///   - names: the fields that it may add.
  ///   - redaction: what must not be seen in what it says.
  init(mayAdd names: Set<String>, redacting redaction: Redaction) {
    self.names = names
    self.redaction = redaction
  }

  func read(_ line: [UInt8]) throws(AnswerError) -> Result<Enrichment, EnrichmentFailure> {
    var fields: [AddedField] = []
    var failure: EnrichmentFailure?
    try ProgramAnswer.forEachMember(of: line) { name, value throws(AnswerError) in
      switch (name, value.kind) {
      case ("error", .string):
        let said = redaction.apply(to: value.value.text)
        failure = EnrichmentFailure(VisibleText.escaped(String(said.prefix(200))))
      case ("add", .object):
        for member in value.members {
          let name = member.key.value.text
          guard names.contains(name) else {
            failure = EnrichmentFailure(
              "the program answered with the field \(VisibleText.quoted(name)), not in 'adds'")
            continue
          }
          guard member.value.kind != .null else { continue }
          if let field = try? AddedField(name, json: Array(member.value.source)) { fields.append(field) }
        }
      default:
        throw AnswerError("its answer has \(VisibleText.quoted(name)), which is not \"add\": {…} or \"error\": \"…\"")
      }
    }
    if let failure { return .failure(failure) }
    return .success(fields.isEmpty ? .nothing : .fields(fields))
  }
}
