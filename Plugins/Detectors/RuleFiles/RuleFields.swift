public import AlertModel

/// What a rule tells about its alerts, as fields; ECS names where ECS has one
/// (https://www.elastic.co/docs/reference/ecs/ecs-rule, https://www.elastic.co/docs/reference/ecs/ecs-threat).
public enum RuleFields {
  /// The names of the fields that there may be.
  public static let names = [
    "rule.id", "rule.name", "rule.description", "rule.reference", "rule.note", "weir.triage_steps",
    "weir.false_positives", "event.risk_score", "threat.framework", "threat.tactic.*", "threat.technique.*",
  ]

  /// All fields but `message`. What the rule does not say is left out.
  public static func fields(of rule: DetectionRule) -> [AddedField] {
    var fields = [AddedField("rule.id", text: rule.id), AddedField("rule.name", text: rule.name)]
    func add(_ name: String, _ text: String) {
      if !text.isEmpty { fields.append(AddedField(name, text: text)) }
    }
    func add(_ name: String, _ texts: [String]) {
      guard let field = list(name, texts.filter { !$0.isEmpty }) else { return }
      fields.append(field)
    }
    add("rule.description", rule.description)
    add("rule.reference", rule.references)
    add("rule.note", rule.note)
    add("weir.triage_steps", TriageGuide.steps(in: rule.note))
    add("weir.false_positives", rule.falsePositives)
    if let score = number("event.risk_score", rule.riskScore) { fields.append(score) }
    add("threat.framework", rule.threats.first { !$0.framework.isEmpty }?.framework ?? "")
    for (name, entries) in [
      ("threat.tactic", rule.threats.compactMap(\.tactic)), ("threat.technique", rule.threats.flatMap(\.techniques)),
      ("threat.technique.subtechnique", rule.threats.flatMap(\.subtechniques)),
    ] {
      // One technique can serve several tactics; ids, names and links stay in step.
      var seen: Set<String> = []
      let distinct = entries.filter { seen.insert($0.id).inserted }
      add(name + ".id", distinct.map(\.id))
      add(name + ".name", distinct.map(\.name))
      add(name + ".reference", distinct.map(\.reference))
    }
    return fields
  }

  private static func list(_ name: String, _ texts: [String]) -> AddedField? {
    guard !texts.isEmpty else { return nil }
    var json = [UInt8(ascii: "[")]
    for text in texts {
      if json.count > 1 { json.append(UInt8(ascii: ",")) }
      JSONEscapes.appendQuoted(text, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    return try? AddedField(name, json: json)
  }

  private static func number(_ name: String, _ value: Double) -> AddedField? {
    let text = Int(exactly: value).map(String.init) ?? "\(value)"
    return try? AddedField(name, json: Array(text.utf8))
  }
}
