internal import AlertModel
internal import KQL
internal import Pipeline
internal import PluginKit

/// Stories as a person reads them. What comes from alerts is shown, and not obeyed, by a terminal.
struct StoryText: Sendable {
  let ink: Ink

  func lines(of chapter: Explainer.Chapter) -> [UInt8] {
    var page = Page()
    for part in chapter.unreadable {
      let place = ink(shown(DeadLetter.place(in: part.source, line: part.line)), .bold)
      page.add(0, "\(place): \(ink("unreadable", .red)): \(shown(part.reason))")
      page.add(1, "ends as a dead letter")
    }
    if chapter.isUnmatched {
      let number = chapter.number.map { ", record \($0)" } ?? ""
      let place = ink("\(chapter.source):\(chapter.line)\(number)", .bold)
      page.add(0, "\(place): an event that no rule matches; no alert")
    }
    for rules in chapter.rules where !rules.isEmpty {
      page.add(1, ink(rules.contains(where: \.holds) ? "rules" : "rules that came close", .faint))
      for rule in rules { add(rule, depth: 2, to: &page) }
    }
    for story in chapter.stories { add(story, to: &page) }
    return Array((page.text + "\n").utf8)
  }

  private func add(_ story: AlertStory, to page: inout Page) {
    let title = story.fields.first { $0.name == "rule.name" }?.values.first ?? story.rule ?? story.id
    page.add(0, ink("\(story.source):\(story.line)", .bold) + ": " + ink(shown(title), .bold))
    let recognised = "\(story.format) (\(story.formatTitle))"
    page.add(1, "recognised as \(recognised), severity \(story.severity), id \(shown(story.id))")
    if let rule = story.rule { page.add(1, "made by the rule \(shown(rule))") }
    addFields(story.fields, to: &page)
    if !story.enrichers.isEmpty { page.add(1, ink("enrichers", .faint)) }
    for step in story.enrichers { add(step, to: &page) }
    add(story.end, story, to: &page)
    if !story.routes.isEmpty { page.add(1, ink("routes", .faint)) }
    for route in story.routes { add(route, to: &page) }
    if !story.sendings.isEmpty { page.add(1, ink("sends", .faint)) }
    for sending in story.sendings { add(sending, to: &page) }
  }

  private func addFields(_ fields: [AlertStory.FieldLine], to page: inout Page) {
    page.add(1, ink("fields", .faint))
    let width = min(40, fields.map(\.name.count).max() ?? 0)
    for field in fields {
      let name = field.name + String(repeating: " ", count: max(0, width - field.name.count))
      page.add(2, "\(shown(name))  \(field.values.map(shown).joined(separator: ", "))")
    }
  }

  private func add(_ step: AlertStory.EnricherStep, to page: inout Page) {
    let answer: String
    switch step.answer {
    case .nothing: answer = "adds nothing"
    case .added(let fields):
      let facts = fields.map { "\(shown($0.name)) = \($0.values.map(shown).joined(separator: ", "))" }
      answer = "adds " + facts.joined(separator: "; ")
    case .held: answer = ink("holds the alert back", .yellow)
    case .demoted(let severity, let entry):
      answer = ink("lowers the severity to \(severity) by '\(shown(entry))'", .yellow)
    case .failed(let reason): answer = ink("fails", .red) + ": " + shown(reason)
    }
    page.add(2, "\(step.name): \(answer)")
    for decision in step.decisions { add(decision, depth: 3, to: &page) }
  }

  private func add(_ decision: DecisionExplanation, depth: Int, to page: inout Page) {
    let place = decision.place.map { " (\($0))" } ?? ""
    page.add(depth, "\(ink.mark(decision.holds)) \(shown(decision.subject))\(place): \(shown(decision.conclusion))")
    for condition in decision.conditions {
      page.add(depth + 1, "\(ink.mark(condition.holds)) \(shown(condition.text))")
      for match in condition.matches {
        page.add(depth + 2, "\(shown(match.field)) is \(shown(match.value)), which meets \(shown(match.pattern))")
      }
    }
  }

  private func add(_ end: AlertStory.End, _ story: AlertStory, to page: inout Page) {
    switch end {
    case .suppressed(let suppression):
      let entry = "'\(suppression.entry)': \(suppression.reason)"
      let owner = "(owner \(suppression.owner), until \(suppression.expires))"
      page.add(1, "\(ink("held back", .yellow)) by \(shown("\(entry) \(owner)")); no route is asked")
    case .routed where story.finalSeverity != story.severity:
      page.add(1, "goes on with severity \(story.finalSeverity)")
    case .routed: break
    case .unrouted: page.add(1, ink("dropped", .yellow) + ": no route takes it ('unrouted: drop')")
    }
  }

  private func add(_ route: AlertStory.RouteStep, to page: inout Page) {
    let name = shown(route.name)
    let targets = route.outputs.joined(separator: ", ")
    switch route.answer {
    case .takesAll: page.add(2, "\(ink.mark(true)) \(name) → \(targets): takes every alert")
    case .notAsked(let after): page.add(2, ink("- \(name): not asked, since '\(shown(after))' took the alert", .faint))
    case .asked(let explanation):
      page.add(2, "\(ink.mark(explanation.isTrue)) \(name) → \(targets)")
      add(explanation, depth: 3, to: &page)
    }
  }

  private func add(_ part: Explanation, depth: Int, to page: inout Page) {
    let joined: String
    switch part.kind {
    case .all: joined = "all of"
    case .any: joined = "any of"
    case .not: joined = "not"
    case .nested: joined = "within one object of \(shown(part.field ?? ""))"
    case .leaf: joined = shown(part.text)
    }
    var line = "\(ink.mark(part.isTrue)) \(joined)"
    if part.kind == .leaf {
      let values = part.values.map(shown).joined(separator: ", ")
      if !values.isEmpty { line += ink("   it is \(values)", .faint) }
      if part.values.isEmpty, !part.isTrue, part.field != nil { line += ink("   there is no such field", .faint) }
    }
    page.add(depth, line)
    for part in part.parts { add(part, depth: depth + 1, to: &page) }
  }

  private func add(_ sending: AlertStory.Sending, to page: inout Page) {
    switch sending.bytes {
    case .success(let bytes):
      page.add(2, "\(sending.output) (\(sending.plugin)), \(bytes.count) bytes:")
      var text = String(decoding: bytes, as: UTF8.self)
      if text.hasSuffix("\n") { text.removeLast() }
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) { page.add(3, shown(String(line))) }
    case .failure(let problem): page.add(2, "\(sending.output) (\(sending.plugin)): \(shown(problem.reason))")
    }
  }

  private func shown(_ text: String) -> String { VisibleText.escaped(text) }

  /// Lines, indented by two spaces a level.
  private struct Page {
    var text = ""

    mutating func add(_ depth: Int, _ line: String) {
      text += String(repeating: "  ", count: depth) + line + "\n"
    }
  }
}
