internal import AlertModel
internal import PluginKit

/// What a person needs to know about an alert: plain text, nothing escaped yet.
struct AlertSummary {
  var severity = Severity.medium
  var title: [UInt8] = []
  /// What the detector says; empty where the title says it already.
  var message: [UInt8] = []
  /// Who, where, what: those that the alert has.
  var facts: [Fact] = []
  /// The first triage step.
  var step: [UInt8] = []
  var link: AlertLink?
  var time = Timestamp(nanoseconds: 0)
  var id: [UInt8] = []

  struct Fact {
    let label: StaticString
    let text: [UInt8]
    /// True for what notifications show too.
    var isInHeadline = false
  }

  /// The first line, for notifications: severity, title, and who and where in a few words.
  var headline: [UInt8] {
    var line = titleWithSeverity
    var separator: StaticString = " ("
    for fact in facts where fact.isInHeadline {
      line.append(separator)
      line.append(contentsOf: fact.text.onOneLine)
      separator = ", "
    }
    if facts.contains(where: \.isInHeadline) { line.append(")") }
    return line
  }

  /// `HIGH: AWS IAM User Created`.
  var titleWithSeverity: [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(200)
    line.append(severityWord)
    line.append(": ")
    line.append(contentsOf: title)
    return line
  }

  /// `HIGH`.
  var severityWord: StaticString {
    switch severity {
    case .informational: "INFORMATIONAL"
    case .low: "LOW"
    case .medium: "MEDIUM"
    case .high: "HIGH"
    case .critical: "CRITICAL"
    }
  }
}

extension [UInt8] {
  /// With a space in place of each line break.
  fileprivate var onOneLine: [UInt8] { contains(0x0A) ? map { $0 == 0x0A ? 0x20 : $0 } : self }

  fileprivate mutating func removeTrailingLineBreaks() {
    while last == 0x0A || last == 0x0D { removeLast() }
  }
}

/// Reads summaries from alerts: ECS fields, prepared once.
struct AlertSummaryFields {
  private let title: [Field]
  private let message: Field
  private let userNames: [Field]
  private let userDetail: Field
  private let actions: [Field]
  private let outcome: Field
  private let accountName: Field
  private let accountID: Field
  private let region: Field
  private let source: [Field]
  private let host: [Field]
  private let ruleName: Field
  private let ruleID: Field
  private let technique: Field
  private let step: TriageStep
  private let link: AlertLinkFields
  private let digest: DigestEncoding

  /// How many values of one field are listed before the rest is only counted.
  private static let listed = 5

  init(_ vocabulary: Vocabulary, link: AlertLinkFields) {
    func field(_ name: String) -> Field { vocabulary.field(name) }
    title = ["rule.name", "kibana.alert.rule.name", "message", "event.action"].map(field)
    message = field("message")
    userNames = ["user.name", "user.email", "user.id"].map(field)
    userDetail = field("aws.cloudtrail.user_identity.arn")
    actions = ["event.action"].map(field)
    outcome = field("event.outcome")
    accountName = field("cloud.account.name")
    accountID = field("cloud.account.id")
    region = field("cloud.region")
    source = ["source.ip", "source.address", "client.ip"].map(field)
    host = ["host.name", "host.hostname"].map(field)
    ruleName = field("rule.name")
    ruleID = field("rule.id")
    technique = field("threat.technique.id")
    step = TriageStep(vocabulary)
    self.link = link
    digest = DigestEncoding(vocabulary)
  }

  func summary(of alert: borrowing Alert, time: Timestamp, id: [UInt8]) -> AlertSummary {
    var summary = AlertSummary()
    summary.severity = alert.severity
    summary.time = time
    summary.id = id
    summary.title = firstText(title, in: alert).onOneLine
    let message = firstText([message], in: alert)
    if message != summary.title { summary.message = message }
    step.append(of: alert, to: &summary.step)
    summary.link = link.link(of: alert)

    func add(_ label: StaticString, _ text: [UInt8], toHeadline: Bool = false) {
      guard !text.isEmpty else { return }
      summary.facts.append(AlertSummary.Fact(label: label, text: text, isInHeadline: toHeadline))
    }
    add("Actor", joined(firstText(userNames, in: alert), firstText([userDetail], in: alert)), toHeadline: true)
    add("Account", joined(firstText([accountName], in: alert), values(of: accountID, in: alert)), toHeadline: true)
    add("Action", joined(firstText(actions, in: alert), firstText([outcome], in: alert)))
    add("Source address", firstValues(source, in: alert))
    add("Region", values(of: region, in: alert))
    add("Host", firstValues(host, in: alert))
    add("Rule", joined(firstText([ruleName], in: alert), firstText([ruleID], in: alert)))
    add("Technique", values(of: technique, in: alert))
    digest.extend(&summary, with: alert)
    if summary.title.isEmpty { summary.title = Array("Alert without a title".utf8) }
    return summary
  }

  /// The first text of the first field that has one, without line breaks at its end.
  private func firstText(_ fields: [Field], in alert: borrowing Alert) -> [UInt8] {
    var text: [UInt8] = []
    for field in fields {
      alert.forEachValue(field) { value in
        guard value.isScalar else { return false }
        value.appendText(to: &text)
        text.removeTrailingLineBreaks()
        return !text.isEmpty
      }
      if !text.isEmpty { break }
    }
    return text
  }

  /// All values of the first field that has any.
  private func firstValues(_ fields: [Field], in alert: borrowing Alert) -> [UInt8] {
    for field in fields {
      let text = values(of: field, in: alert)
      if !text.isEmpty { return text }
    }
    return []
  }

  /// A field's values with commas between them; beyond the first few, how many more there are.
  private func values(of field: Field, in alert: borrowing Alert) -> [UInt8] {
    var text: [UInt8] = []
    var count = 0
    alert.forEachValue(field) { value in
      guard value.isScalar, !value.bytes.isEmpty else { return false }
      count += 1
      guard count <= Self.listed else { return false }
      if count > 1 { text.append(", ") }
      value.appendText(to: &text)
      text.removeTrailingLineBreaks()
      return false
    }
    if count > Self.listed { text.append(contentsOf: " and \(count - Self.listed) more".utf8) }
    return text
  }

  /// `name (detail)`, or what there is of them.
  private func joined(_ name: [UInt8], _ detail: [UInt8]) -> [UInt8] {
    if name.isEmpty || detail.isEmpty || name == detail { return name.isEmpty ? detail : name }
    var text = name
    text.append(" (")
    text.append(contentsOf: detail)
    text.append(")")
    return text
  }
}
