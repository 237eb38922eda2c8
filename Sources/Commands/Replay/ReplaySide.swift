internal import AlertModel
internal import Gateway
internal import Pipeline
internal import PluginKit

/// One of the two configurations of a replay: decides about chunks, and remembers who an alert is about.
struct ReplaySide: Sendable {
  /// What the configuration is called in reports.
  let name: String
  let formats: FormatSet
  private let worker: PipelineWorker
  private let recorder: DecisionRecorder
  private let readers: AlertReaders
  private let fields: SubjectFields

  /// - Parameter numbers: by output, its number.
  init(name: String, _ parts: GatewayParts, numbers: [Int], clock: any GatewayClock) {
    self.name = name
    formats = parts.formats
    worker = PipelineWorker(plan: parts.plan, clock: clock)
    recorder = DecisionRecorder(
      routes: parts.routes.map { route in
        var set = OutputSet()
        for output in route.outputs { set.insert(numbers[output]) }
        return set
      })
    readers = AlertReaders(vocabulary: formats.vocabulary)
    fields = SubjectFields(parts.formats)
  }

  /// The decisions about a chunk's alerts, in order, and the alerts.
  func decide(_ chunk: InputChunk) async -> (decisions: [Decision], outcome: BatchOutcome) {
    let outcome = await worker.process(chunk, witness: recorder)
    return (recorder.take(), outcome)
  }

  /// What an alert is about.
  func subject(of place: Int32, in outcome: BatchOutcome) -> Subject {
    let outgoing = DeliveryBatch(block: outcome.block, places: [place])[0]
    let subject = try? readers.read(outgoing) { fields.subject(of: $0) }
    return subject ?? Subject()
  }
}

/// What an alert is about, for counting: empty where the alert does not say.
struct Subject: Sendable, Equatable {
  var rule = ""
  var actor = ""
  var account = ""
}

/// Where alerts say what they are about.
struct SubjectFields: Sendable {
  private let rule: [Field]
  private let actors: [[Field]]
  private let accountName: Field
  private let accountID: Field

  init(_ formats: FormatSet) {
    let vocabulary = formats.vocabulary
    rule = ["rule.name", "rule.id", "event.action"].map(vocabulary.field)
    let users = ["user.name", "user.email", "user.id"].map(vocabulary.field)
    actors = formats.formats.indices.map { place in
      formats.actorFields(of: place).map(\.field) + users
    }
    accountName = vocabulary.field("cloud.account.name")
    accountID = vocabulary.field("cloud.account.id")
  }

  func subject(of alert: borrowing Alert) -> Subject {
    let account = (first([accountName], in: alert), first([accountID], in: alert))
    return Subject(
      rule: first(rule, in: alert), actor: first(actors[alert.table], in: alert),
      account: account.0.isEmpty || account.1.isEmpty ? account.0 + account.1 : "\(account.0) (\(account.1))")
  }

  private func first(_ fields: [Field], in alert: borrowing Alert) -> String {
    for field in fields {
      if let value = alert.first(field), value.isScalar { return value.text }
    }
    return ""
  }
}
