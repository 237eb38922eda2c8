public import AlertModel
public import PluginKit

/// Adds names, ids and links of ATT&CK techniques and tactics.
public struct AttackEnricher: Enricher, FieldAdding {
  /// There is nothing to set.
  public struct Options: PluginOptions {
    public init() {}
  }

  public static let manual = Manual(
    name: "attack",
    summary: "Adds names, ids and links of MITRE ATT&CK techniques and tactics.",
    discussion: """
      From technique ids come names and links, and from names ids. Where an alert names no tactic, those that its \
      techniques serve are added. What an alert has already stays. The data is ATT&CK Enterprise, version \
      \(TechniqueData.version), © The MITRE Corporation.
      """,
    example: """
      enrichers:
        - attack: {}
      """)

  private let techniques = Techniques()
  private let fields: AttackFields
  private let cache = AnswerCache()

  public init(options: Options, context: PluginContext) throws {
    fields = AttackFields(context.vocabulary)
  }

  public var addedFieldNames: [String] { ["threat.tactic.*", "threat.technique.*"] }

  public func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    let question = fields.question(alert)
    guard !question.isEmpty else { return .nothing }
    let added = cache.answer(question, answer)
    return added.isEmpty ? .nothing : .fields(added)
  }

  private func answer(_ question: AttackFields.Question) -> [AddedField] {
    var added: [AddedField] = []
    func add(_ name: String, _ values: [String]) {
      guard !question.isPresent(name), let field = Self.field(name, values.distinct) else { return }
      added.append(field)
    }
    let main =
      Self.found(question["threat.technique.id"], techniques.technique(id:))
      ?? Self.found(question["threat.technique.name"], techniques.technique(name:)) ?? []
    let sub =
      Self.found(question["threat.technique.subtechnique.id"], techniques.technique(id:))
      ?? Self.found(question["threat.technique.subtechnique.name"], techniques.technique(name:)) ?? []
    add("threat.technique.id", main.map(\.id))
    add("threat.technique.name", main.map(\.name))
    add("threat.technique.reference", main.map(\.reference))
    add("threat.technique.subtechnique.id", sub.map(\.id))
    add("threat.technique.subtechnique.name", sub.map(\.name))
    add("threat.technique.subtechnique.reference", sub.map(\.reference))
    let named = question["threat.tactic.id"] + question["threat.tactic.name"]
    var tactics = named.compactMap(Tactic.init(text:))
    if named.isEmpty {
      let served = Set((main + sub).flatMap(\.tactics))
      tactics = Tactic.allCases.filter(served.contains)
    }
    add("threat.tactic.id", tactics.map(\.id))
    add("threat.tactic.name", tactics.map(\.name))
    add("threat.tactic.reference", tactics.map(\.reference))
    return added
  }

  /// The techniques of all texts; nil where there are no texts.
  private static func found(
    _ texts: [String], _ find: (String) -> Techniques.Technique?
  ) -> [Techniques.Technique]? {
    texts.isEmpty ? nil : texts.compactMap(find)
  }

  /// A field of one text or a list; nil for none.
  private static func field(_ name: String, _ values: [String]) -> AddedField? {
    if values.isEmpty { return nil }
    if values.count == 1 { return AddedField(name, text: values[0]) }
    var json: [UInt8] = []
    for value in values {
      json.append(json.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      JSONEscapes.appendQuoted(value, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    return try? AddedField(name, json: json)
  }
}
