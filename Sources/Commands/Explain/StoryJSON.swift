internal import Foundation
internal import KQL
internal import PluginKit

/// Stories for programs: one JSON object a line.
enum StoryJSON {
  static func lines(of chapter: Explainer.Chapter) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text: [UInt8] = []
    func add(_ line: Line) throws {
      var line = line
      line.record = chapter.number
      text.append(contentsOf: try encoder.encode(line))
      text.append(0x0A)
    }
    for part in chapter.unreadable {
      try add(Line(source: part.source, line: part.line, end: "dead_lettered", reason: part.reason))
    }
    if chapter.isUnmatched { try add(Line(source: chapter.source, line: chapter.line, end: "unmatched")) }
    for story in chapter.stories { try add(Line(story)) }
    return text
  }

  /// The object; its names are part of the command's interface.
  struct Line: Encodable {
    let source: String
    let line: Int
    /// The place among the documents of the line, from 1, where it has several.
    var record: Int?
    /// `suppressed`, `routed`, `unrouted`, `dead_lettered`, or `unmatched` for an event that no rule matches.
    var end: String
    var reason: String?
    var id: String?
    var format: String?
    var rule: String?
    var severity: String?
    var finalSeverity: String?
    var fields: [String: [String]]?
    var enrichers: [Step]?
    var suppression: Held?
    var routes: [Route]?
    var outputs: [Output]?

    enum CodingKeys: String, CodingKey {
      case source, line, record, end, reason, id, format, rule, severity, fields, enrichers, suppression, routes
      case outputs
      case finalSeverity = "final_severity"
    }

    init(source: String, line: Int, end: String, reason: String? = nil) {
      self.source = source
      self.line = line
      self.end = end
      self.reason = reason
    }
  }

  struct Step: Encodable {
    let name: String
    /// `nothing`, `added`, `held`, `demoted`, `failed`.
    var answer: String
    var added: [String: [String]]?
    var reason: String?
    let decisions: [Decision]
  }

  struct Decision: Encodable {
    let subject: String
    let place: String?
    let holds: Bool
    let conclusion: String
    let conditions: [Part]
  }

  struct Part: Encodable {
    let text: String
    let holds: Bool
    let matches: [Match]
  }

  struct Match: Encodable {
    let field: String
    let value: String
    let pattern: String

    init(_ match: Suppression.Match) {
      field = match.field
      value = match.value
      pattern = match.pattern
    }
  }

  struct Held: Encodable {
    let entry: String
    let owner: String
    let reason: String
    let expires: String
    let matched: [Match]

    init(_ suppression: Suppression) {
      entry = suppression.entry
      owner = suppression.owner
      reason = suppression.reason
      expires = suppression.expires
      matched = suppression.matched.map(Match.init)
    }
  }

  struct Route: Encodable {
    let name: String
    let outputs: [String]
    /// Absent where nobody asked.
    let holds: Bool?
    let condition: Truth?
  }

  struct Truth: Encodable {
    let text: String
    let holds: Bool
    let field: String?
    let values: [String]
    let parts: [Truth]

    init(_ explanation: Explanation) {
      text = explanation.text
      holds = explanation.isTrue
      field = explanation.field
      values = explanation.values
      parts = explanation.parts.map(Truth.init)
    }
  }

  struct Output: Encodable {
    let name: String
    let plugin: String
    /// What it would send, where that is text.
    var text: String?
    /// What it would send, where that is no text.
    var base64: String?
    var problem: String?

    init(_ sending: AlertStory.Sending) {
      name = sending.output
      plugin = sending.plugin
      switch sending.bytes {
      case .success(let bytes):
        text = String(validating: bytes, as: UTF8.self)
        if text == nil { base64 = Data(bytes).base64EncodedString() }
      case .failure(let failure): problem = failure.reason
      }
    }
  }
}

extension StoryJSON.Line {
  init(_ story: AlertStory) {
    let ends: String
    switch story.end {
    case .suppressed(let held):
      ends = "suppressed"
      suppression = StoryJSON.Held(held)
    case .routed: ends = "routed"
    case .unrouted: ends = "unrouted"
    }
    source = story.source
    line = story.line
    end = ends
    id = story.id
    format = story.format
    rule = story.rule
    severity = story.severity.description
    finalSeverity = story.finalSeverity.description
    fields = StoryJSON.table(story.fields)
    enrichers = story.enrichers.map(StoryJSON.Step.init)
    routes = story.routes.map(StoryJSON.Route.init)
    outputs = story.sendings.map(StoryJSON.Output.init)
  }
}

extension StoryJSON {
  fileprivate static func table(_ fields: [AlertStory.FieldLine]) -> [String: [String]] {
    Dictionary(fields.map { ($0.name, $0.values) }) { $0 + $1 }
  }
}

extension StoryJSON.Step {
  fileprivate init(_ step: AlertStory.EnricherStep) {
    name = step.name
    switch step.answer {
    case .nothing: answer = "nothing"
    case .added(let fields):
      answer = "added"
      added = StoryJSON.table(fields)
    case .held: answer = "held"
    case .demoted(let severity, let entry):
      answer = "demoted"
      reason = "to \(severity) by '\(entry)'"
    case .failed(let why):
      answer = "failed"
      reason = why
    }
    decisions = step.decisions.map { decision in
      StoryJSON.Decision(
        subject: decision.subject, place: decision.place?.description, holds: decision.holds,
        conclusion: decision.conclusion,
        conditions: decision.conditions.map {
          StoryJSON.Part(text: $0.text, holds: $0.holds, matches: $0.matches.map(StoryJSON.Match.init))
        })
    }
  }
}

extension StoryJSON.Route {
  fileprivate init(_ step: AlertStory.RouteStep) {
    name = step.name
    outputs = step.outputs
    switch step.answer {
    case .takesAll:
      holds = true
      condition = nil
    case .notAsked:
      holds = nil
      condition = nil
    case .asked(let explanation):
      holds = explanation.isTrue
      condition = StoryJSON.Truth(explanation)
    }
  }
}
