public import AlertModel
internal import KQL
public import PluginKit

/// Holds back what known people are known to do.
public struct AllowlistEnricher: Enricher, Explaining, Linting, StatefulPlugin, FieldAdding {
  public typealias Options = AllowlistOptions

  public static let manual = Manual(
    name: "allowlist",
    summary: "Holds back alerts about what known people are known to do, and records each.",
    discussion: """
      An alert is held back where an entry's actors and its condition both hold, the entry has not expired, and the alert \
      is no more severe than the entry's ceiling. A field that is missing matches nothing. Every alert held back goes to \
      `suppressed`, with the entry, its owner, reason and expiry, and what matched.
      """,
    example: """
      enrichers:
        - allowlist:
            entries:
              - name: platform team sets up trails
                when: "event.action: CreateTrail"
                actors: ["arn:aws:iam::111122223333:role/PlatformAdmin"]
                reason: Trails are created by the landing-zone pipeline (CHG-1042)
                owner: platform@corp.example
                expires: 2027-03-31
      """)

  public static let canHold = true

  public var addedFieldNames: [String] { ["weir.breakthrough", "weir.breakthrough_entry", "weir.expired_entry"] }

  let options: AllowlistOptions
  let context: PluginContext
  let actorFields: ActorFields
  private(set) var list: Allowlist
  private(set) var repeatedActors: [Diagnostic] = []
  private var isLoaded = false
  /// What alerts are lowered to; nil where they are held back.
  private let demotedSeverity: Severity?
  let history: ActorHistory
  let newness: Newness
  private(set) var budgets: Budgets
  let silences = SilenceBook()

  public init(options: AllowlistOptions, context: PluginContext) throws {
    try self.init(unchecked: options, context)
    guard options.actorsRemembered > 0 else {
      throw options.$actorsRemembered.error("at least one actor must be remembered; 'watch: []' switches this off")
    }
    guard !options.$demoteTo.isGiven || options.mode == .demote else {
      throw options.$demoteTo.error("'demote_to' is for 'mode: demote'; without that, alerts are held back")
    }
    guard options.file != nil || !options.files.isEmpty || options.$entries.isGiven else {
      throw ConfigurationError("an allowlist needs 'file', 'files' or 'entries'", at: options.$file.place)
    }
  }

  init(unchecked options: AllowlistOptions, _ context: PluginContext) throws {
    self.options = options
    self.context = context
    demotedSeverity = options.mode == .demote ? options.demoteTo.severity : nil
    actorFields = context.formats.map(ActorFields.init) ?? ActorFields(context.vocabulary)
    var reader = AllowlistReader(options, context, actorFields)
    list = try reader.read(includingFiles: false)
    history = ActorHistory(
      learning: options.learning, capacity: options.actorsRemembered, unusualRate: options.unusualRate)
    newness = Newness(context.vocabulary)
    budgets = Budgets(list.entries)
  }

  public mutating func load() throws {
    var reader = AllowlistReader(options, context, actorFields)
    list = try reader.read(includingFiles: true)
    repeatedActors = reader.repeatedActors
    budgets = Budgets(list.entries)
    isLoaded = true
  }

  public func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    guard isLoaded else { throw EnrichmentFailure("the allowlist is not loaded") }
    let result: Enrichment
    switch list.verdict(on: alert, now: { context.clock.now }) {
    case .nothing: result = .nothing
    case .expired(let entries): result = .fields(list.entries.ask(entries[0], \.expiredNote))
    case .held(let number, let matched): result = held(by: number, alert, matched)
    }
    if case .hold = result { return result }
    return silenced(alert) ?? result
  }

  /// An entry holds; the guardrails have the last word.
  private func held(by number: Int, _ alert: borrowing Alert, _ matched: MatchedActors) -> Enrichment {
    // Then there is nothing to lower, and nothing that counts.
    if let demotedSeverity, alert.severity <= demotedSeverity { return .nothing }
    return list.entries.ask(number) { held(by: number, $0, alert, matched, now: context.clock.now) }
  }

  private func held(
    by number: Int, _ entry: Entry, _ alert: borrowing Alert, _ matched: MatchedActors, now: Timestamp
  ) -> Enrichment {
    var reasons: [String] = []
    if let condition = list.forbidding(alert, to: entry, now: now) {
      reasons.append("never held back: \(condition.condition.source)")
    } else {
      if !entry.watch.isEmpty {
        reasons = list.reasons(toDeliver: alert, matched) { actor in
          history.observe(actor, watchesRate: entry.watch.contains(.rate), now: now) { note in
            newness.forEachSample(of: alert, watch: entry.watch, note)
          }
        }
      }
      if reasons.isEmpty, let budget = entry.budget, !budgets.take(number, budget, now: now) {
        reasons.append("more than \(budget.text)")
      }
    }
    guard reasons.isEmpty else { return .fields(Self.breakthrough(entry, reasons)) }
    let suppression = entry.suppression(list.record(of: number, alert, matched, now: now))
    return demotedSeverity.map { .demote(to: $0, suppression) } ?? .hold(suppression)
  }

  private static func breakthrough(_ entry: Entry, _ reasons: [String]) -> [AddedField] {
    var json: [UInt8] = [UInt8(ascii: "[")]
    for (place, reason) in reasons.enumerated() {
      if place > 0 { json.append(UInt8(ascii: ",")) }
      JSONEscapes.appendQuoted(reason, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    let texts = (try? AddedField("weir.breakthrough", json: json)).map { [$0] } ?? []
    return texts + [AddedField("weir.breakthrough_entry", text: entry.name)]
  }

  // MARK: What it has learned

  public var isLearning: Bool { list.entries.contains { !$0.watch.isEmpty || $0.budget != nil } }

  /// What has been learned is not kept where it has more bytes than the gateway allows (64 MiB).
  private static let largestSnapshot = 60 << 20

  public func snapshot() -> [UInt8] {
    // Nobody must get rid of what is known of others by having too much learned of made-up actors.
    var json: [UInt8] = []
    for least in Standing.allCases {
      json = snapshot(least: least)
      if json.count <= Self.largestSnapshot { break }
    }
    return json
  }

  func snapshot(least: Standing) -> [UInt8] {
    var json = Array(#"{"version":1,"actors":{"#.utf8)
    let isIncomplete = history.write(to: &json, least: least, now: context.clock.now)
    json.append(UInt8(ascii: "}"))
    if isIncomplete { json += Array(",\"forgot_beyond\":\(options.actorsRemembered)".utf8) }
    json += Array(#","budgets":{"#.utf8)
    budgets.write(to: &json)
    json += Array("}}".utf8)
    return json
  }

  public func restore(_ snapshot: [UInt8]) {
    let parser = DocumentParser()
    let isRead = snapshot.withUnsafeBytes { bytes -> Bool in
      guard let root = try? parser.parse(bytes), FieldPath("version").first(in: root)?.value.text == "1" else {
        return false
      }
      for member in root.members {
        switch member.key.value.text {
        case "actors": history.read(member.value, now: context.clock.now)
        case "forgot_beyond":
          // Where there is more room now, newcomers are taken for what they seem again.
          if let room = Int(member.value.value.text), room >= options.actorsRemembered { history.doubtNewcomers() }
        case "budgets": budgets.read(member.value)
        default: break
        }
      }
      return true
    }
    if !isRead { context.logger.warning("what the allowlist had learned cannot be read; it begins anew") }
  }
}
