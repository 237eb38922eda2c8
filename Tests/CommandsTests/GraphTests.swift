import Foundation
import PluginKit
import Testing

@testable import Commands

@Suite struct GraphTests {
  @Test func `The flow as Mermaid`() throws {
    let graph = FlowGraph(try Workbench.standard().load().configuration)
    let expected = """
      flowchart LR
        output1[("soc<br/>slack")]
        output2[("archive<br/>file")]
        output3[("held<br/>file")]
        input1[/"stdin"/]
        enricher1["account_name"]
        enricher2["allowlist"]
        route1{{"urgent<br/>severity #gt;= high and not user.name: robot"}}
        route2{{"the rest"}}
        input1 --> enricher1
        enricher1 --> enricher2
        enricher2 -->|"held back"| output3
        enricher2 --> route1
        route1 -->|"yes"| output1
        route1 -->|"yes"| output2
        route1 -->|"no"| route2
        route2 --> output2

      """
    #expect(graph.mermaid == expected)
  }

  @Test func `The flow as DOT, with the counts of a ledger`() throws {
    let bench = try Workbench([
      "config.yaml": """
      outputs: {a: {file: {path: a.ndjson}}}
      routes: [{name: 'the "high"', when: "severity >= high", to: a}]
      unrouted: drop
      state: state
      """,
      "ledger.json": """
      {"read":9,"routed":4,"suppressed":0,"unrouted":4,"dead_lettered":1,\
      "outputs":{"a":{"delivered":3,"dead_lettered":0,"pending":1}}}
      """,
    ])
    let counts = try LedgerCounts(file: bench.path("ledger.json"))
    let expected = #"""
      digraph weir {
        rankdir=LR;
        output1 [shape=cylinder, label="a\nfile\n3 delivered\n1 pending"];
        suppressed [shape=cylinder, label="suppressed\nfile"];
        input1 [shape=parallelogram, label="stdin"];
        unreadable [shape=cylinder, label="dead letters"];
        route1 [shape=hexagon, label="the \"high\"\nseverity >= high"];
        unrouted [shape=cylinder, label="dropped"];
        input1 -> unreadable [label="1 unreadable"];
        input1 -> route1 [label="9 read"];
        route1 -> output1 [label="yes"];
        route1 -> unrouted [label="4 unrouted"];
      }

      """#
    #expect(FlowGraph(try bench.load().configuration, counts: counts).dot == expected)
  }

  @Test func `A count that is of several nodes is said where they lead`() throws {
    let bench = try Workbench([
      "config.yaml": """
      inputs: [{file: {paths: [a.ndjson]}}, {file: {paths: [b.ndjson]}}]
      enrichers: [{allowlist: {file: one.yaml}}, {allowlist: {file: two.yaml}}]
      outputs: {a: {file: {path: a.out}}}
      routes: [{to: a}]
      state: state
      """,
      "ledger.json": """
      {"read":9,"routed":6,"suppressed":2,"unrouted":0,"dead_lettered":1,\
      "outputs":{"a":{"delivered":6,"dead_lettered":0,"pending":0}}}
      """,
    ])
    let counts = try LedgerCounts(file: bench.path("ledger.json"))
    let graph = FlowGraph(try bench.load().configuration, counts: counts)
    let labels = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.id, $0.label.last) })
    #expect(labels["enricher1"] == "9 read")
    #expect(labels["unreadable"] == "1 unreadable")
    #expect(labels["suppressed"] == "2 held back")
    #expect(Set(graph.edges.map(\.label)) == ["", "held back"])
  }
}
