import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import LookupEnricher

@Suite("Lookups")
struct LookupTests {
  private func enricher(_ table: String, _ settings: (String, LocatedNode)...) throws -> LookupEnricher {
    let members = ([("table", "t.csv")] + settings).map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }
    let options = try LookupOptions(LocatedNode(.mapping(members), at: LocatedNode.nowhere))
    var enricher = try LookupEnricher(options: options, context: .testing(files: InMemoryFiles(["t.csv": table])))
    try enricher.load()
    return enricher
  }

  private func added(_ alert: String, by enricher: LookupEnricher) throws -> [String: String] {
    guard case .success(.fields(let fields)) = try AlertFixtures().enrichment(of: alert, by: enricher) else {
      return [:]
    }
    return Dictionary(uniqueKeysWithValues: fields.map { ($0.path.name, String(decoding: $0.json, as: UTF8.self)) })
  }

  @Test("the smallest network that holds the address gives the columns")
  func findsNetworks() throws {
    let enricher = try enricher(
      "network,owner,Site\n10.0.0.0/8,corp,\n10.1.0.0/16,lab,Bern\n", ("field", "source.ip"), ("match", "cidr"),
      ("under", "weir.network"))
    #expect(
      try added(#"{"source":{"ip":"10.1.2.3"}}"#, by: enricher)
        == ["weir.network.owner": #""lab""#, "weir.network.site": #""Bern""#])
    #expect(try added(#"{"source":{"ip":["x","10.9.9.9"]}}"#, by: enricher) == ["weir.network.owner": #""corp""#])
    #expect(try added(#"{"source":{"ip":"192.0.2.1"}}"#, by: enricher) == [:])
  }

  @Test("of several patterns the most exact counts; a note is added where none matches")
  func findsPatterns() throws {
    let enricher = try enricher(
      "host,team\nweb-*,web\nweb-db-*,data\n", ("field", ["host.name", "host.hostname"]), ("match", "wildcard"),
      ("add", ["weir.team": "team"]), ("unknown", ["weir.team": "nobody's"]))
    #expect(try added(#"{"host":{"name":"web-db-1"}}"#, by: enricher) == ["weir.team": #""data""#])
    #expect(try added(#"{"host":{"hostname":"web-1"}}"#, by: enricher) == ["weir.team": #""web""#])
    #expect(try added(#"{"host":{"name":"db"}}"#, by: enricher) == ["weir.team": #""nobody's""#])
    #expect(try added("{}", by: enricher) == [:])
  }

  @Test("exact keys are text: a number with the same digits matches, leading zeros count")
  func findsExactly() throws {
    let enricher = try enricher("id,v\n007,bond\n7,seven\n", ("field", "user.id"), ("add", ["weir.v": "v"]))
    #expect(try added(#"{"user":{"id":7}}"#, by: enricher) == ["weir.v": #""seven""#])
    #expect(try added(#"{"user":{"id":"007"}}"#, by: enricher) == ["weir.v": #""bond""#])
  }

  @Test(
    "what cannot be used is refused",
    arguments: [
      (
        "k,v\n10.0.0.1/8,x\n", "cidr", "v",
        "t.csv:2:1: error: '10.0.0.1/8' is neither an address nor a network such as 10.0.0.0/8 with no bits set behind its length"
      ),
      (
        "k,v\n*,x\n", "wildcard", "v",
        "t.csv:2:1: error: the key '*' matches everything; leave the row out, or name what it is about"
      ),
      (
        "k,v\na,x\na,y\n", "exact", "v",
        "t.csv:3:1: error: k 'a' is on line 2 already; remove one of the two, each key may come once"
      ),
      (
        "k,owner\na,x\n", "exact", "ownr",
        "<none>: error: the table 't.csv' has no column 'ownr'; did you mean 'owner'?"
      ),
    ])
  func refuses(table: String, match: String, column: String, message: String) {
    do {
      _ = try enricher(
        table, ("field", "f"), ("match", LocatedNode(stringLiteral: match)),
        ("add", ["weir.v": LocatedNode(stringLiteral: column)]))
      Issue.record("it was taken")
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test(
    "names that are no fields' or Weir's own are refused", arguments: ["", "a b", "severity", "weir.suppression.entry"])
  func refusesNames(name: String) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try enricher(
        "k,v\na,x\n", ("field", "f"),
        ("add", LocatedNode(.mapping([.init(key: LocatedText(name), value: "v")]), at: LocatedNode.nowhere)))
    }
    let reason = name.count < 4 ? "is no name of a field" : "is weir's own word; choose another name"
    #expect(error?.diagnostics.map(\.message) == ["'\(name)' \(reason)"])
  }

  @Test("that a table says who it was is warned of")
  func lints() throws {
    let members: [LocatedNode.Entry] = [
      .init(key: "table", value: "t.csv"), .init(key: "field", value: "user.name"),
      .init(key: "add", value: ["user.name": "v", "user.department": "v"]),
    ]
    let options = try LookupOptions(LocatedNode(.mapping(members), at: LocatedNode.nowhere))
    var context = PluginContext.testing(files: InMemoryFiles(["t.csv": "k,v\na,x\n"]))
    context.formats = FormatSet([
      Format(
        name: "x", title: "X", shape: .anything, id: nil, severity: .fixed(.low), fields: FieldTable([:]),
        actors: [Format.Actor("user.name", spoofable: false)])
    ])
    let warnings = try LookupEnricher(options: options, context: context).lint(now: Timestamp(seconds: 0)).map(
      \.message)
    #expect(warnings.count == 1 && warnings[0].hasPrefix("adds 'user.name', which says who it was: "), "\(warnings)")
  }
}
