import Foundation
import PluginKit
import Testing

@testable import Commands

@Suite struct ReplayTests {
  /// What one change of the configuration does to three alerts: mira's trail (held back), eve's trail (low), robot's
  /// stop (critical).
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let find: String
    let replacement: String
    let counts: [Change: Int]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nothing", find: "x-y-z", replacement: "", counts: [:]),
    Case(
      name: "a wider entry", find: "actors: [mira]", replacement: "actors: [mira, eve]", counts: [.newlySuppressed: 1]),
    Case(
      name: "no entry for mira", find: "actors: [mira]", replacement: "actors: [nobody]", counts: [.newlyDelivered: 1]),
    Case(
      name: "another name", find: "mira works on trails", replacement: "mira's trails", counts: [.heldByAnother: 1]),
    Case(
      name: "another route", find: "severity >= high and not user.name: robot", replacement: "severity >= high",
      counts: [.rerouted: 1]),
    Case(
      name: "a dropped rest", find: "{name: the rest, to: archive}",
      replacement: "{name: the rest, when: 'severity >= critical', to: archive}\nunrouted: drop",
      counts: [.newlyDropped: 1]),
    Case(
      name: "a demotion", find: "- allowlist: {file: known.yaml}",
      replacement: "- allowlist: {file: known.yaml, mode: demote}", counts: [.newlyDelivered: 1, .severityChanged: 1]),
  ]

  static let alerts = Workbench.chunk(
    Workbench.alert("a1", action: "CreateTrail", user: "mira"),
    Workbench.alert("a2", action: "CreateTrail", user: "eve"),
    Workbench.alert("a3", action: "StopLogging", user: "robot", severity: "critical"))

  @Test(arguments: cases) func `A change is found and nothing else`(_ change: Case) async throws {
    let old = try Workbench.standard()
    let new = try Workbench([
      "config.yaml": Workbench.configuration.replacing(change.find, with: change.replacement),
      "known.yaml": Workbench.known.replacing(change.find, with: change.replacement),
      "accounts.csv": "account_id,name\n111122223333,landing-zone\n",
    ])
    let replay = Replay(
      before: ("old", try old.parts()), after: ("new", try new.parts()), clock: FixedClock(now: Workbench.now),
      examples: 5)
    await replay?.replay(Self.alerts)
    let report = await replay?.report
    #expect(report?.read == 3)
    #expect(report?.changes.mapValues(\.count) == change.counts)
  }

  @Test func `Alerts that a change gives other ids are the same alerts`() async throws {
    let old = try Workbench.standard()
    let new = try Workbench([
      "config.yaml": Workbench.configuration + """

        formats:
          mine: {recognise: {has: [ticket]}, severity: critical, id: ticket, fields: {user.name: who}}
        """,
      "known.yaml": Workbench.known, "accounts.csv": "account_id,name\n1,one\n",
    ])
    let replay = Replay(
      before: ("old", try old.parts()), after: ("new", try new.parts()), clock: FixedClock(now: Workbench.now),
      examples: 5)
    await replay?.replay(
      Workbench.chunk(
        #"{"ticket":"t1","who":"eve"}"#, Workbench.alert("a2", action: "CreateTrail", user: "eve"),
        #"{"ticket":"t3","who":"robot"}"#))
    let report = await replay?.report
    #expect(report?.read == 3)
    #expect(report?.unchanged == 1)
    #expect(report?.changes.mapValues(\.count) == [.rerouted: 1, .severityChanged: 2])
  }

  @Test func `Changes are counted by rule, actor and account, with examples`() async throws {
    let old = try Workbench.standard()
    let new = try Workbench([
      "config.yaml": Workbench.configuration,
      "known.yaml": Workbench.known.replacing("[mira]", with: "['*ra*', '*ve*']"),
      "accounts.csv": "account_id,name\n111122223333,landing-zone\n",
    ])
    let replay = Replay(
      before: ("old", try old.parts()), after: ("new", try new.parts()), clock: FixedClock(now: Workbench.now),
      examples: 1)
    await replay?.replay(Self.alerts)
    let tally = await replay?.report.changes[.newlySuppressed]
    #expect(tally?.byRule == ["Trail CreateTrail": 1])
    #expect(tally?.byActor == ["eve": 1])
    #expect(tally?.byAccount == ["landing-zone (111122223333)": 1])
    #expect(tally?.examples.first?.before == "archive")
    #expect(tally?.examples.first?.after == "held back by 'mira works on trails'")
    let json = try await replay?.report.json() ?? ""
    #expect(json.contains(#""newly_suppressed" : {"#))
  }

  @Test(arguments: [
    ("newly-suppressed=3", "newly-suppressed"), ("newly_suppressed=0", "newly-suppressed"), ("rerouted=9", "rerouted"),
  ]) func `A limit names a change and a number`(text: String, change: String) {
    #expect(ChangeLimit(argument: text)?.change.rawValue == change)
  }

  @Test(arguments: ["newly-suppressed", "newly-suppressed=x", "lost=1", "rerouted=-1"])
  func `What is no limit is refused`(text: String) {
    #expect(ChangeLimit(argument: text) == nil)
  }
}
