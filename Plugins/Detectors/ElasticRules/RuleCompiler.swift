internal import AlertModel
internal import KQL
internal import PluginKit
internal import RuleFiles

/// Makes rules ready to run; notes what is wrong with them, and warns of what they ask for in vain.
struct RuleCompiler {
  private let options: ElasticRulesOptions
  private let context: PluginContext
  private var usedVariables: Set<String> = []
  private var questions: RuleQuestions.Builder
  private var rules: [CompiledRule] = []
  private var programs: [RuleProgram] = []
  private(set) var errors: [Diagnostic] = []

  init(options: ElasticRulesOptions, context: PluginContext) {
    self.options = options
    self.context = context
    questions = RuleQuestions.Builder(context.vocabulary)
  }

  /// Takes the rule in. Where it cannot run that is a warning, where it is wrong an error.
  mutating func add(_ rule: DetectionRule) {
    guard ["query", "threshold", "new_terms"].contains(rule.type), ["kuery", ""].contains(rule.language) else {
      let kind = rule.language.isEmpty || rule.language == rule.type ? "" : " in \(rule.language)"
      warn("is loaded for information, not run: rules of type '\(rule.type)'\(kind) cannot be", rule)
      return
    }
    for reason in rule.unsupported { warn("runs, but \(reason)", rule) }
    guard let query = resolve(rule), let condition = condition(query, rule) else { return }
    let vocabulary = context.vocabulary
    do throws(KQLError) {
      programs.append(try RuleProgram(condition.expression, &questions))
    } catch {
      errors.append(Diagnostic(.error, "query cannot be taken apart: \(error.message)", at: rule.query.place))
      return
    }
    rules.append(
      CompiledRule(
        name: rule.name, place: rule.place, condition: condition, memory: memory(rule),
        suppression: rule.suppression.map {
          SuppressionMemory($0, of: rule, vocabulary, remembered: options.remembered)
        },
        timeField: vocabulary.field("@timestamp"),
        detection: Detection(ruleID: rule.id, severity: rule.severity, fields: fields(of: rule))))
  }

  /// The rules that can run.
  func build() -> RuleSet { RuleSet(rules, programs, questions.build()) }

  /// Warns of variables that the configuration gives and no rule uses.
  func warnOfUnusedVariables() {
    for name in options.variables.keys.sorted() where !usedVariables.contains(name) {
      context.files.warn("no rule uses the variable '\(name)'", at: options.$variables.place(of: name))
    }
  }

  /// The rule stands under `weir` as well: an event can have a `rule` of its own.
  private func fields(of rule: DetectionRule) -> [AddedField] {
    RuleFields.fields(of: rule) + [
      AddedField(context.vocabulary.earlierNotes.ruleID, text: rule.id),
      AddedField(context.vocabulary.earlierNotes.ruleName, text: rule.name),
    ]
  }

  private func memory(_ rule: DetectionRule) -> (any RuleMemory)? {
    if let threshold = rule.threshold {
      return ThresholdMemory(
        threshold, within: rule.lookback, context.vocabulary, remembered: options.remembered)
    }
    return rule.newTerms.map {
      NewTermsMemory($0, learnFor: options.learnFor, context.vocabulary, remembered: options.remembered)
    }
  }

  /// The rule's query with its filters.
  private mutating func condition(_ query: LocatedText, _ rule: DetectionRule) -> Condition? {
    // The query alone first: its errors then have their place in the file.
    let alone: Condition
    do throws(KQLError) {
      alone = try Condition(query.text, vocabulary: context.vocabulary)
    } catch {
      report(error, in: query, of: rule)
      return nil
    }
    var parts: [String] = []
    for filter in rule.filters {
      switch filter {
      case .kql(let text): parts.append(text)
      case .unsupported(let reason): warn("runs, but \(reason)", rule)
      }
    }
    if parts.isEmpty { return alone }
    let whole = query.text.allSatisfy(\.isWhitespace) ? parts : ["(\(query.text))"] + parts
    do throws(KQLError) {
      return try Condition(whole.joined(separator: " and "), vocabulary: context.vocabulary)
    } catch {
      errors.append(Diagnostic(.error, "query is not KQL: \(error.sentence)", at: rule.place))
      return nil
    }
  }

  /// Says where the mistake is: in the rule, or in the configuration that gives the value of a variable.
  private mutating func report(_ error: KQLError, in query: LocatedText, of rule: DetectionRule) {
    if let name = spoiler(of: rule) {
      errors.append(
        Diagnostic(
          .error, "with this value of '\(name)' the query of rule '\(rule.name)' is not KQL: \(error.sentence)",
          at: options.$variables.place(of: name)))
    } else {
      let place = query.runs.isEmpty ? query.place : query.place(at: error.offset)
      errors.append(Diagnostic(.error, "query is not KQL: \(error.sentence)", at: place))
    }
  }

  /// The variable of the configuration without whose value the query would be KQL; nil where the rule itself is wrong.
  private func spoiler(of rule: DetectionRule) -> String? {
    var values = rule.variables.merging(options.variables) { $1 }
    return options.variables.keys.sorted().first { name in
      guard rule.query.text.contains("${\(name)}") else { return false }
      values[name] = "*"
      let text = values.reduce(rule.query.text) { $0.replacing("${\($1.key)}", with: $1.value) }
      return (try? Condition(text, vocabulary: context.vocabulary)) != nil
    }
  }

  /// The query with the values of its variables in place of `${name}`.
  private mutating func resolve(_ rule: DetectionRule) -> LocatedText? {
    let text = rule.query.text
    guard text.contains("${") else { return rule.query }
    var resolved = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      let name = String(rest[start.upperBound..<end])
      guard let value = options.variables[name] ?? rule.variables[name] else {
        errors.append(
          Diagnostic(
            .error,
            "the query's variable '\(name)' has no value; give it one under 'variables' or in the file's [weir.variables]",
            at: rule.query.place(at: text.utf8.distance(from: text.startIndex, to: start.lowerBound))))
        return nil
      }
      usedVariables.insert(name)
      resolved += rest[..<start.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return LocatedText(resolved + rest, at: rule.query.place)
  }

  private func warn(_ message: String, _ rule: DetectionRule) {
    context.files.warn("rule '\(rule.name)' \(message)", at: rule.place)
  }
}

extension KQLError {
  /// What is wrong, and what to do where that is known.
  fileprivate var sentence: String { message + (remedy.map { "; \($0)" } ?? "") }
}
