internal import AlertModel
internal import Gateway
internal import KQL
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Writes down the way of every alert of one document.
final class StoryTeller: PipelineWitness {
  private let parts: GatewayParts
  private let plugins: [String: any Plugin]
  private let source: String
  private let line: Int
  private let looks: Mutex<[[DecisionExplanation]]> = Mutex([])
  private let stories: Mutex<[Int: (story: AlertStory, place: Int32?)]> = Mutex([:])

  init(_ parts: GatewayParts, source: String, line: Int) {
    self.parts = parts
    self.source = source
    self.line = line
    plugins = Dictionary(parts.enrichers.map { ($0.name, $0.plugin) }) { first, _ in first }
  }

  /// The stories, with what each output would send.
  func stories(_ outcome: BatchOutcome) -> [AlertStory] {
    stories.withLock { stories in
      stories.sorted { $0.key < $1.key }.map { _, told in
        var story = told.story
        if let place = told.place { story.sendings = sendings(of: place, in: outcome) }
        return story
      }
    }
  }

  /// For each event: the rules that match it, or else those that came close.
  var rules: [[DecisionExplanation]] { looks.withLock { $0 } }

  func willDetect(_ event: borrowing Alert) {
    var decisions: [DecisionExplanation] = []
    for detector in parts.plan.detectors {
      if let explaining = detector as? any Explaining { decisions += explaining.explain(event) }
    }
    if decisions.contains(where: \.holds) { decisions.removeAll { !$0.holds } }
    looks.withLock { $0.append(decisions) }
  }

  func began(_ number: Int, line: Int, _ alert: borrowing Alert, rule: String?) {
    var story = AlertStory(source: source, line: line, number: number)
    let format = parts.formats.formats[alert.table]
    story.format = format.name
    story.formatTitle = format.title
    story.rule = rule
    story.severity = alert.severity
    story.fields = ECSLines.fields(of: alert, formats: parts.formats)
    stories.withLock { $0[number] = (story, nil) }
  }

  func willAsk(_ enricher: String, about number: Int, _ alert: borrowing Alert) {
    var step = AlertStory.EnricherStep(name: enricher)
    if let explaining = plugins[enricher] as? any Explaining { step.decisions = explaining.explain(alert) }
    stories.withLock { $0[number]?.story.enrichers.append(step) }
  }

  func didAnswer(_ enricher: String, about number: Int, _ answer: Result<Enrichment, EnrichmentFailure>) {
    let told: AlertStory.Answer =
      switch answer {
      case .success(.nothing): .nothing
      case .success(.fields(let fields)): .added(fields.flatMap(ECSLines.lines(of:)))
      case .success(.assess(_, let fields)): .added(fields.flatMap(ECSLines.lines(of:)))
      case .success(.hold): .held
      case .success(.demote(let severity, let suppression)): .demoted(to: severity, by: suppression.entry)
      case .failure(let failure): .failed(failure.reason)
      }
    stories.withLock { stories in
      guard let last = stories[number]?.story.enrichers.indices.last else { return }
      stories[number]?.story.enrichers[last].answer = told
    }
  }

  func ended(_ end: AlertEnd, _ alert: borrowing Alert) {
    var routes: [AlertStory.RouteStep] = []
    var fate = AlertStory.End.unrouted
    switch end.fate {
    case .suppressed(let suppression): fate = .suppressed(suppression)
    case .routed:
      fate = .routed
      routes = ask(alert, now: end.now)
    case .unrouted: routes = ask(alert, now: end.now)
    }
    let severity = alert.severity
    let id = end.id.withUnsafeBytes {
      FieldValue(kind: .string, isEscaped: $0.contains(UInt8(ascii: "\\")), bytes: $0).text
    }
    stories.withLock { stories in
      stories[end.number]?.place = end.place
      stories[end.number]?.story.id = id
      stories[end.number]?.story.finalSeverity = severity
      stories[end.number]?.story.end = fate
      stories[end.number]?.story.routes = routes
    }
  }

  /// Asks the routes as a worker does, for their reasons.
  private func ask(_ alert: borrowing Alert, now: Timestamp) -> [AlertStory.RouteStep] {
    var steps: [AlertStory.RouteStep] = []
    var last: String?
    for route in parts.routes {
      let answer: AlertStory.RouteStep.Answer
      if let last {
        answer = .notAsked(after: last)
      } else if let condition = route.condition {
        answer = .asked(condition.explain(alert, now: now))
      } else {
        answer = .takesAll
      }
      let step = AlertStory.RouteStep(
        name: route.name, outputs: route.outputs.map { parts.outputs[$0].name }, answer: answer)
      steps.append(step)
      if step.isTaken, !route.continues { last = route.name }
    }
    return steps
  }

  private func sendings(of place: Int32, in outcome: BatchOutcome) -> [AlertStory.Sending] {
    let alert = DeliveryBatch(block: outcome.block, places: [place])[0]
    return parts.outputs.indices.filter { outcome.places[$0].contains(place) }.map { index in
      let part = parts.outputs[index]
      let bytes: Result<[UInt8], AlertStory.Sending.Problem>
      if let previewing = part.output as? any Previewing {
        bytes = Result { try previewing.preview(alert) }.mapError { AlertStory.Sending.Problem(reason: "\($0)") }
      } else {
        bytes = .failure(AlertStory.Sending.Problem(reason: "this output cannot show what it sends"))
      }
      return AlertStory.Sending(output: part.name, plugin: type(of: part.output).manual.name, bytes: bytes)
    }
  }
}

/// The ECS view of alerts as names and values.
enum ECSLines {
  static func fields(of alert: borrowing Alert, formats: FormatSet) -> [AlertStory.FieldLine] {
    var view = ECSView(formats)
    var json: [UInt8] = []
    view.appendECS(of: alert, to: &json)
    return lines(of: json, under: "").filter { $0.name != "severity" }
  }

  static func lines(of field: AddedField) -> [AlertStory.FieldLine] { lines(of: field.json, under: field.path.name) }

  private static func lines(of json: [UInt8], under name: String) -> [AlertStory.FieldLine] {
    var lines: [AlertStory.FieldLine] = []
    /// By name: its line, and the values that it has.
    var known: [String: (place: Int, values: Set<String>)] = [:]
    let parser = DocumentParser()
    json.withUnsafeBytes { bytes in
      // What Weir wrote itself always parses.
      guard let root = try? parser.parse(bytes) else { return }
      _ = root.forEachScalar(under: name) { name, value in
        let text = value.text
        if known[name] == nil {
          known[name] = (lines.count, [])
          lines.append(AlertStory.FieldLine(name: name, values: []))
        }
        if known[name]?.values.insert(text).inserted == true, let place = known[name]?.place {
          lines[place].values.append(text)
        }
        return false
      }
    }
    return lines
  }
}
