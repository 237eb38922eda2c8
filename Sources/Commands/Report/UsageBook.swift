internal import AlertModel
internal import PluginKit
internal import Synchronization

/// Where alerts say what Weir did with them.
struct UsageFields: Sendable {
  /// The fields that an entry may be narrowed to.
  static let narrowing = ["rule.id", "rule.name", "event.action"]

  let entry: Field
  let demotion: Field
  let breakthroughEntry: Field
  let breakthrough: Field
  let expired: Field
  let alertID: Field
  let time: Field
  let narrowed: [Field]
  let subject: SubjectFields
  /// The names of the fields that say who did it.
  private let identities: Set<String>
  private let matches: [(field: Field, value: Field, pattern: Field)]

  init(_ formats: FormatSet) {
    let vocabulary = formats.vocabulary
    entry = vocabulary.field("weir.suppression.entry")
    demotion = vocabulary.field("weir.demotion.entry")
    breakthroughEntry = vocabulary.field("weir.breakthrough_entry")
    breakthrough = vocabulary.field("weir.breakthrough")
    expired = vocabulary.field("weir.expired_entry")
    alertID = vocabulary.field("weir.alert_id")
    time = vocabulary.field("@timestamp")
    narrowed = Self.narrowing.map(vocabulary.field)
    subject = SubjectFields(formats)
    identities = Set(formats.formats.indices.flatMap { formats.actorFields(of: $0).map(\.name) })
    matches = ["weir.suppression.matched.", "weir.demotion.matched."].map { prefix in
      (
        vocabulary.field(prefix + "field"), vocabulary.field(prefix + "value"), vocabulary.field(prefix + "pattern")
      )
    }
  }

  /// Everything that the record says matched.
  func matches(of alert: borrowing Alert) -> [Suppression.Match] {
    var found: [Suppression.Match] = []
    for part in matches {
      let fields = texts(part.field, alert)
      let values = texts(part.value, alert)
      let patterns = texts(part.pattern, alert)
      for place in fields.indices where place < values.count && place < patterns.count {
        found.append(Suppression.Match(field: fields[place], value: values[place], pattern: patterns[place]))
      }
    }
    return found
  }

  /// The ARN of whoever did it, where that matched. An ARN in another field may be of what it was done to.
  func actorARN(in matches: [Suppression.Match]) -> String? {
    matches.first { $0.value.hasPrefix("arn:") && identities.contains($0.field) }?.value
  }

  func texts(_ field: Field, _ alert: borrowing Alert) -> [String] {
    var texts: [String] = []
    alert.forEachValue(field) { value in
      texts.append(value.text)
      return false
    }
    return texts
  }
}

/// Reads records and delivered alerts, and adds up what each entry did.
final class UsageBook: Sendable {
  struct Totals: Sendable {
    var entries: [String: EntryUsage] = [:]
    /// Alerts delivered, by rule, each once however many outputs keep it.
    var deliveredByRule: [String: Int] = [:]
    /// Those among them that an entry demoted.
    var demotedByRule: [String: Int] = [:]
    var delivered = 0
    /// Lines among the records that no entry held back.
    var withoutEntry = 0
  }

  let fields: UsageFields
  private let totals = Mutex(Totals())
  /// The hashes of the ids of alerts that were held back, and of delivered ones.
  private let seenRecords = Mutex<Set<Int>>([])
  private let seenDelivered = Mutex<Set<Int>>([])
  private let since: Timestamp?

  /// - Parameter since: alerts from before are left out; nil for none.
  init(_ formats: FormatSet, since: Timestamp?) {
    fields = UsageFields(formats)
    self.since = since
  }

  var current: Totals { totals.withLock { $0 } }

  /// Notes an alert of the place where suppressed alerts go.
  func addRecord(_ alert: borrowing Alert) {
    let moment = moment(of: alert)
    guard isMeant(moment), isNew(alert, among: seenRecords) else { return }
    guard let entry = alert.text(fields.entry) else {
      totals.withLock { $0.withoutEntry += 1 }
      return
    }
    add(alert, to: entry, at: moment) { $0.held += 1 }
  }

  /// Notes an alert that was delivered.
  func addDelivered(_ alert: borrowing Alert) {
    let moment = moment(of: alert)
    guard isMeant(moment), isNew(alert, among: seenDelivered) else { return }
    let subject = fields.subject.subject(of: alert)
    let rule = subject.rule.isEmpty ? "(none)" : subject.rule
    let demotion = alert.text(fields.demotion)
    totals.withLock { totals in
      totals.delivered += 1
      totals.deliveredByRule[rule, default: 0] += 1
      if demotion != nil { totals.demotedByRule[rule, default: 0] += 1 }
    }
    if let entry = demotion { add(alert, to: entry, at: moment) { $0.demoted += 1 } }
    if let entry = alert.text(fields.expired) {
      totals.withLock { $0.entries[entry, default: EntryUsage()].afterExpiry += 1 }
    }
    if let entry = alert.text(fields.breakthroughEntry) {
      let kinds = Set(fields.texts(fields.breakthrough, alert).map { String($0.prefix { $0 != ":" }) })
      totals.withLock { totals in
        for kind in kinds { totals.entries[entry, default: EntryUsage()].brokenThrough[kind, default: 0] += 1 }
      }
    }
  }

  private func add(
    _ alert: borrowing Alert, to entry: String, at moment: Timestamp?, _ count: (inout EntryUsage) -> Void
  ) {
    var subject = fields.subject.subject(of: alert)
    let severity = alert.severity
    let matches = fields.matches(of: alert)
    if let arn = fields.actorARN(in: matches) { subject.actor = Self.principal(of: arn) }
    var values: [String?] = []
    for field in fields.narrowed { values.append(alert.text(field)) }
    totals.withLock { totals in
      count(&totals.entries[entry, default: EntryUsage()])
      totals.entries[entry, default: EntryUsage()].add(subject, severity, at: moment, matches)
      for (place, value) in values.enumerated() {
        totals.entries[entry, default: EntryUsage()].add(value, ofField: place)
      }
    }
  }

  /// The role of a session, which has another name each time; any other actor as it is.
  private static func principal(of arn: String) -> String {
    let parts = arn.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].hasSuffix(":assumed-role") else { return arn }
    return "\(parts[0])/\(parts[1])"
  }

  private func moment(of alert: borrowing Alert) -> Timestamp? {
    alert.first(fields.time).flatMap { $0.withText { Timestamp($0) } }
  }

  /// False for an alert that was noted before: it is delivered, and its record written, at least once.
  private func isNew(_ alert: borrowing Alert, among seen: borrowing Mutex<Set<Int>>) -> Bool {
    guard let id = alert.text(fields.alertID) else { return true }
    return seen.withLock { $0.insert(id.hashValue).inserted }
  }

  private func isMeant(_ moment: Timestamp?) -> Bool {
    guard let since else { return true }
    return moment.map { $0 >= since } ?? true
  }
}
