public import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher {
  /// Entries that expire soon, that can never hold, that an earlier one makes superfluous, or that accept spoofable fields;
  /// more actors than are remembered.
  /// (Entries that have expired are warned of when they are loaded.)
  public func lint(now: Timestamp) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let groups = EntryGroups(list)
    for (number, entry) in list.entries.enumerated() {
      func warn(_ message: String) {
        diagnostics.append(Diagnostic(.warning, "the entry '\(entry.name)' \(message)", at: entry.place))
      }
      if now < entry.expires.end, entry.expires.end <= now + options.warnBeforeExpiry {
        warn("expires on \(entry.expires.text); renew it or remove it")
      }
      if let least = entry.condition.flatMap({ Self.leastSeverity($0.condition.expression) }), least > entry.ceiling {
        warn("can never hold: it asks for severity \(least), but its ceiling is \(entry.ceiling)")
      }
      if entry.acceptsSpoofable {
        warn("rests on what an attacker can choose, and says so with 'accept_spoofable'")
      }
      let actors = groups.patterns[number].lazy.map(list.index.actors.text)
      if let actor = actors.first(where: { $0.first?.isWhitespace == true || $0.last?.isWhitespace == true }) {
        warn(
          "names an actor with white space at an end, '\(VisibleText.escaped(actor))', which no name has; in YAML '|-' "
            + "leaves line breaks out")
      }
      if let earlier = shadow(of: number, groups) {
        let other = "the entry '\(list.entries[earlier.entry].name)' before it"
        warn(
          earlier.isWhole
            ? "has no effect: \(other) holds whatever it would hold"
            : "adds to \(other) only alerts in which an attacker can choose who is named")
      } else if let overlap = overlap(of: number, groups) {
        let earlier = list.entries[overlap.entry].name
        let actor = list.index.actors.text(overlap.pattern)
        warn("overlaps with the entry '\(earlier)' before it: '\(actor)' is in both, for \(overlap.what)")
      }
    }
    if list.index.actors.count > options.actorsRemembered, list.entries.contains(where: { !$0.watch.isEmpty }) {
      diagnostics.append(
        Diagnostic(
          .warning,
          "the entries name \(list.index.actors.count) actors, but only \(options.actorsRemembered) are remembered; raise "
            + "'actors_remembered'", at: options.$actorsRemembered.place))
    }
    return diagnostics + repeatedActors
  }

  /// Those of entries, and those of `never` that the configuration says: with a mistake in one of them a guardrail is gone.
  public var writtenConditions: [WrittenCondition] {
    let entries = list.entries.compactMap { entry in
      entry.condition.map { WrittenCondition("the entry '\(entry.name)'", $0.condition.expression, at: entry.place) }
    }
    let never = ["never": options.never ?? [], "never_also": options.neverAlso].flatMap { setting, texts in
      texts.compactMap { text in
        (try? KQLExpression(parsing: text.text)).map {
          WrittenCondition("a condition of '\(setting)'", $0, at: text.place)
        }
      }
    }
    return entries + never
  }

  /// An earlier entry with one of the same actors, and the same condition or a value that both ask for.
  private func overlap(of number: Int, _ groups: EntryGroups) -> (entry: Int, pattern: Int, what: String)? {
    for pattern in groups.patterns[number] {
      let same = groups.entries(same: number, pattern: pattern).first { $0 < number }
      if let same { return (same, pattern, "the same") }
      // An actor whom very many entries name is no oversight.
      guard list.index.owners[pattern].count <= 100, let term = onlyTerm(of: number) else { continue }
      for earlier in list.index.owners[pattern] where earlier < number {
        guard let other = onlyTerm(of: earlier), other.field == term.field,
          let value = term.values.first(where: other.values.contains)
        else { continue }
        return (earlier, pattern, "'\(term.field)' \(value)")
      }
    }
    return nil
  }

  /// The field and its values that the condition asks for, where it asks for nothing else.
  private func onlyTerm(of number: Int) -> (field: String, values: [String])? {
    guard let condition = list.entries[number].condition?.condition else { return nil }
    if case .and = condition.expression.kind { return nil }
    return condition.requiredTerms.count == 1 ? condition.requiredTerms.first : nil
  }

  /// The least severity that the condition asks for; nil where it asks for none.
  private static func leastSeverity(_ expression: KQLExpression) -> Severity? {
    switch expression.kind {
    case .and(let parts): parts.compactMap(leastSeverity).max()
    case .is(let field?, let value) where field.text == "severity": Severity(name: value.text)
    case .range(let field, let comparison, let value) where field.text == "severity":
      switch comparison {
      case .greaterOrEqual: Severity(name: value.text)
      case .greater: Severity(name: value.text).flatMap { Severity(rawValue: $0.rawValue + 1) }
      case .less, .lessOrEqual: nil
      }
    default: nil
    }
  }
}
