internal import Foundation
internal import Gateway
internal import PluginKit

/// The ledger as a person reads it.
struct LedgerSummary {
  let ledger: Ledger
  /// How many parts of the input could not be read.
  let unreadable: Int
  /// Where dead letters are.
  let deadLetters: String

  func show() {
    let alerts = ledger.alerts
    if alerts.events > 0 {
      Terminal.say("\(String.counted(alerts.events, "event")), \(alerts.unmatched) of them matched no rule")
    }
    var ends = ["\(alerts.routed) routed", "\(alerts.suppressed) held back"]
    if alerts.unrouted > 0 { ends.append("\(alerts.unrouted) dropped by no route") }
    if alerts.deadLettered > 0 { ends.append(Terminal.styled(.counted(alerts.deadLettered, "dead letter"), .yellow)) }
    if ledger.unkeptDeadLetters > 0 {
      let unkept = String.counted(ledger.unkeptDeadLetters, "dead letter")
      ends.append(Terminal.styled("\(unkept) not kept: read that input again", .red))
    }
    Terminal.say(Terminal.styled(.counted(alerts.read, "alert") + " read", .bold) + ": " + ends.joined(separator: ", "))
    let width = ledger.outputs.map(\.name.count).max() ?? 0
    for output in ledger.outputs {
      var states = ["\(output.delivered) delivered"]
      if output.deliveredByDigest > 0 { states[0] += " (\(output.deliveredByDigest) by digest)" }
      if output.deadLettered > 0 { states.append(Terminal.styled("\(output.deadLettered) given up", .red)) }
      if output.pending > 0 { states.append(Terminal.styled("\(output.pending) pending", .yellow)) }
      if output.lost > 0 { states.append(Terminal.styled("\(output.lost) lost with a damaged state file", .red)) }
      if output.carriedOver > 0 { states.append("\(output.carriedOver) of them left by an earlier run") }
      let name = output.name + String(repeating: " ", count: width - output.name.count)
      Terminal.say("  \(name)  \(states.joined(separator: ", "))")
    }
    if unreadable > 0 {
      Terminal.say(Terminal.styled("\(String.counted(unreadable, "part")) of the input could not be read", .yellow))
    }
    let dead = unreadable + alerts.deadLettered + ledger.outputs.reduce(0) { $0 + $1.deadLettered }
    // Those that 'weir outbox drop' made are counted, and written nowhere.
    if dead > 0, FileManager.default.fileExists(atPath: deadLetters) {
      Terminal.say("dead letters, with their reasons: \(deadLetters)")
    }
  }
}
