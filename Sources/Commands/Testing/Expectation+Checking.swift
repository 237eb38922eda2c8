internal import AlertModel
internal import PluginKit

extension Expectation {
  /// What is not as expected, one sentence each with its place.
  func disappointments(_ alerts: [TestedAlert]) -> [Diagnostic] {
    if let number = self.alerts, number != alerts.count {
      let are = alerts.count == 1 ? "is 1" : "are \(alerts.count)"
      return [Diagnostic(.error, "expected \(String.counted(number, "alert")), but there \(are)", at: $alerts.place)]
    }
    guard let rule else { return alerts.flatMap(disappointments) }
    let ofRule = alerts.filter { $0.rules.contains(rule) }
    guard !ofRule.isEmpty else {
      let rules = alerts.map { $0.rules.last.map { "'\($0)'" } ?? "none" }.joined(separator: ", ")
      return [Diagnostic(.error, "expected the rule '\(rule)', but it is \(rules)", at: $rule.place)]
    }
    return ofRule.flatMap(disappointments)
  }

  private func disappointments(_ alert: TestedAlert) -> [Diagnostic] {
    var found: [Diagnostic] = []
    func complain(_ message: String, _ place: SourcePlace) {
      found.append(Diagnostic(.error, VisibleText.escaped(message), at: place))
    }
    if let suppressedBy, alert.suppressedBy != suppressedBy {
      complain("expected '\(suppressedBy)' to hold it back, but \(alert.destination)", $suppressedBy.place)
    }
    if let suppressed, suppressed != (alert.suppressedBy != nil) {
      complain("expected it \(suppressed ? "" : "not ")to be held back, but \(alert.destination)", $suppressed.place)
    }
    for (index, output) in deliveredTo.enumerated() where !alert.outputs.contains(output) {
      complain("expected it to go to '\(output)', but \(alert.destination)", $deliveredTo.place(of: index))
    }
    for (index, output) in notDeliveredTo.enumerated() where alert.outputs.contains(output) {
      complain("expected it not to go to '\(output)', but \(alert.destination)", $notDeliveredTo.place(of: index))
    }
    if let severity, severity.severity != alert.severity {
      complain("expected the severity \(severity.severity), but it is \(alert.severity)", $severity.place)
    }
    for entry in $fields.node?.entries ?? [] {
      let values = alert.fields[entry.key.text] ?? []
      let are = values.isEmpty ? "there is no such field" : "it is " + values.map { "'\($0)'" }.joined(separator: ", ")
      if entry.value.isNull {
        if !values.isEmpty { complain("expected no field '\(entry.key.text)', but \(are)", entry.value.place) }
        continue
      }
      for wanted in entry.value.elements ?? [entry.value] {
        let text = wanted.scalar?.text.text ?? String(decoding: InlineAlert.json(wanted), as: UTF8.self)
        if !values.contains(text) {
          complain("expected '\(entry.key.text)' to be '\(text)', but \(are)", wanted.place)
        }
      }
    }
    return found
  }

  /// Mistakes that would make the test say nothing: outputs that are not there, nothing expected, also of a field.
  func mistakes(outputs: [String], test: SourcePlace) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if isEmpty { found.append(Diagnostic(.error, "nothing is expected; see 'weir test --help'", at: test)) }
    if alerts == 0, !saysNothingOfAlerts {
      found.append(Diagnostic(.error, "where there is no alert, nothing else can be expected", at: $alerts.place))
    }
    for entry in $fields.node?.entries ?? [] where entry.value.elements?.isEmpty == true {
      found.append(
        Diagnostic(
          .error, "nothing is expected of \(VisibleText.quoted(entry.key.text)); '~' says that there is no such field",
          at: entry.value.place))
    }
    for (names, setting) in [(deliveredTo, $deliveredTo), (notDeliveredTo, $notDeliveredTo)] {
      for (index, name) in names.enumerated() where !outputs.contains(name) {
        let hint = Suggestion.closest(to: name, in: outputs).map { "; did you mean '\($0)'?" } ?? ""
        found.append(
          Diagnostic(.error, "there is no output \(VisibleText.quoted(name))\(hint)", at: setting.place(of: index)))
      }
    }
    return found
  }
}
