internal import AlertModel
internal import Gateway
internal import Pipeline
internal import PluginKit

/// Takes the same alerts through two configurations and compares what they decide. Delivers nothing.
actor Replay {
  private let before: ReplaySide
  private let after: ReplaySide
  private let outputs: OutputNumbers
  private let exampleCount: Int
  private(set) var report: ReplayReport

  /// What was decided about a chunk.
  private typealias Decided = (decisions: [Decision], outcome: BatchOutcome)

  /// - Parameter examples: how many examples are kept of each change.
  /// - Returns: nil where there are more outputs than can be compared (`OutputNumbers.limit`).
  init?(
    before: (name: String, parts: GatewayParts), after: (name: String, parts: GatewayParts), clock: any GatewayClock,
    examples: Int
  ) {
    var outputs = OutputNumbers()
    guard let old = outputs.numbers(of: before.parts.outputs.map(\.name)),
      let new = outputs.numbers(of: after.parts.outputs.map(\.name))
    else { return nil }
    self.outputs = outputs
    self.before = ReplaySide(name: before.name, before.parts, numbers: old, clock: clock)
    self.after = ReplaySide(name: after.name, after.parts, numbers: new, clock: clock)
    exampleCount = examples
    report = ReplayReport(before: before.name, after: after.name)
  }

  /// Compares what becomes of a chunk.
  func replay(_ chunk: InputChunk) async {
    async let old = before.decide(chunk)
    async let new = after.decide(chunk)
    compare(await old, await new)
  }

  private func compare(_ old: Decided, _ new: Decided) {
    report.unreadable += new.outcome.deadLetters.count
    for part in new.outcome.deadLetters.prefix(ReplayReport.problemsTold - report.problems.count) {
      report.problems.append("\(DeadLetter.place(in: part.source, line: part.line)): \(part.reason)")
    }
    let isAligned =
      old.decisions.count == new.decisions.count
      && zip(old.decisions, new.decisions).allSatisfy { $0.id == $1.id }
    if isAligned {
      for (before, after) in zip(old.decisions, new.decisions) { compare(before, after, old, new) }
    } else {
      compareByID(old, new)
    }
  }

  /// Where the configurations do not make the same alerts of the input: rules differ, or formats and envelopes. What has no
  /// counterpart by its id has one by its origin where both made as many alerts of that: a format may give other ids.
  private func compareByID(_ old: Decided, _ new: Decided) {
    var waiting: [[UInt8]: [Int]] = [:]
    for (index, decision) in old.decisions.enumerated().reversed() { waiting[decision.id, default: []].append(index) }
    var matches = new.decisions.map { waiting[$0.id]?.popLast() }
    let unmatched = matches.indices.filter { matches[$0] == nil }
    let found = Dictionary(grouping: unmatched) { new.decisions[$0].origin }
    let missing = Dictionary(grouping: waiting.values.joined().sorted()) { old.decisions[$0].origin }
    var gone: [Int] = []
    for (origin, old) in missing {
      guard let new = found[origin], new.count == old.count else {
        gone += old
        continue
      }
      for (new, old) in zip(new, old) { matches[new] = old }
    }
    for (after, match) in zip(new.decisions, matches) { compare(match.map { old.decisions[$0] }, after, old, new) }
    for index in gone.sorted() { compare(old.decisions[index], nil, old, new) }
  }

  private func compare(_ before: Decision?, _ after: Decision?, _ old: Decided, _ new: Decided) {
    report.read += 1
    let changes = Change.changes(from: before, to: after)
    guard !changes.isEmpty else {
      report.unchanged += 1
      return
    }
    let subject: Subject
    if let place = after?.place {
      subject = self.after.subject(of: place, in: new.outcome)
    } else if let place = before?.place {
      subject = self.before.subject(of: place, in: old.outcome)
    } else {
      subject = Subject()
    }
    let id = String(decoding: (after ?? before)?.id ?? [], as: UTF8.self)
    for change in changes {
      let example =
        change == .severityChanged
        ? ReplayReport.Example(
          id: id, subject: subject, before: before?.severity.description ?? "", after: after?.severity.description ?? ""
        )
        : ReplayReport.Example(id: id, subject: subject, before: text(before), after: text(after))
      report.add(change, example, keeping: exampleCount)
    }
  }

  private func text(_ decision: Decision?) -> String {
    switch decision?.fate {
    case .suppressed(let entry): "held back by '\(entry)'"
    case .routed(let set): outputs.names(in: set).joined(separator: ", ")
    case .unrouted: "dropped by no route"
    case nil: "no alert"
    }
  }
}
