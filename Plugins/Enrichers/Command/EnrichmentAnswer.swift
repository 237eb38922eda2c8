internal import AlertModel
internal import LinePrograms
internal import PluginKit

/// What a program's line says about an alert: `{"add": {…}}`, `{"error": "…"}`, or `{}`.
struct EnrichmentAnswer {
  private let names: Set<String>

  /// - Parameter names: the fields that it may add.
  init(mayAdd names: Set<String>) {
    self.names = names
  }

  func read(_ line: [UInt8]) throws(AnswerError) -> Result<Enrichment, EnrichmentFailure> {
    var fields: [AddedField] = []
    var failure: EnrichmentFailure?
    try ProgramAnswer.forEachMember(of: line) { name, value throws(AnswerError) in
      switch (name, value.kind) {
      case ("error", .string): failure = EnrichmentFailure(VisibleText.escaped(String(value.value.text.prefix(200))))
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
