internal import Gateway

/// The ledger as a person reads it.
struct LedgerSummary {
  let ledger: Ledger
  let deadLetters: String

  func show() {
    let alerts = ledger.alerts
    if alerts.events > 0 {
      Terminal.say("\(alerts.events) events, \(alerts.unmatched) of them matched no rule")
    }
    var ends = ["\(alerts.routed) routed", "\(alerts.suppressed) held back"]
    if alerts.unrouted > 0 { ends.append("\(alerts.unrouted) dropped by no route") }
    if alerts.deadLettered > 0 { ends.append(Terminal.styled("\(alerts.deadLettered) dead letters", .yellow)) }
    Terminal.say(Terminal.styled("\(alerts.read) alerts read", .bold) + ": " + ends.joined(separator: ", "))
    let width = ledger.outputs.map(\.name.count).max() ?? 0
    for output in ledger.outputs {
      var states = ["\(output.delivered) delivered"]
      if output.deliveredByDigest > 0 { states[0] += " (\(output.deliveredByDigest) by digest)" }
      if output.deadLettered > 0 { states.append(Terminal.styled("\(output.deadLettered) given up", .red)) }
      if output.pending > 0 { states.append(Terminal.styled("\(output.pending) pending", .yellow)) }
      let name = output.name + String(repeating: " ", count: width - output.name.count)
      Terminal.say("  \(name)  \(states.joined(separator: ", "))")
    }
    let dead = alerts.deadLettered + ledger.outputs.reduce(0) { $0 + $1.deadLettered }
    if dead > 0 { Terminal.say("dead letters, with their reasons: \(deadLetters)") }
  }
}
