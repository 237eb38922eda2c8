import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import AccountNameEnricher

@Suite("Account names")
struct AccountNameTests {
  private let csv =
    "account_id,name,Cost Center,owner\n012345678901,landing zone,4711,platform@corp.example\n222222222222,prod,,\n"

  private func enricher(_ table: String, file: String = "accounts.csv", unknown: String? = nil) throws
    -> AccountNameEnricher
  {
    var settings: [LocatedNode.Entry] = [.init(key: "accounts", value: LocatedNode(stringLiteral: file))]
    if let unknown { settings.append(.init(key: "unknown", value: LocatedNode(stringLiteral: unknown))) }
    let options = try AccountNameOptions(LocatedNode(.mapping(settings), at: LocatedNode.nowhere))
    var enricher = try AccountNameEnricher(
      options: options, context: .testing(name: "account_name", files: InMemoryFiles([file: table])))
    try enricher.load()
    return enricher
  }

  private func added(_ alert: String, by enricher: AccountNameEnricher) throws -> [String: String] {
    guard case .success(.fields(let fields)) = try AlertFixtures().enrichment(of: alert, by: enricher) else {
      return [:]
    }
    return Dictionary(uniqueKeysWithValues: fields.map { ($0.path.name, String(decoding: $0.json, as: UTF8.self)) })
  }

  @Test("the alert's account gives its name and every further column that is not empty")
  func addsColumns() throws {
    let enricher = try enricher(csv)
    #expect(
      try added(#"{"cloud":{"account":{"id":"012345678901"}}}"#, by: enricher) == [
        "cloud.account.name": #""landing zone""#, "cloud.account.cost_center": #""4711""#,
        "cloud.account.owner": #""platform@corp.example""#,
      ])
    #expect(try added(#"{"cloud.account.id":"222222222222"}"#, by: enricher) == ["cloud.account.name": #""prod""#])
  }

  @Test("columns that an alert has no room for side by side are refused, in rows that have both")
  func refusesColumnsInOneAnothersWay() throws {
    for (header, pair) in [
      ("id,name,Cost Center,cost_center", "'Cost Center' and 'cost_center'"),
      ("id,name,owner,owner.email", "'owner' and 'owner.email'"), ("id,name,a.b.c,a", "'a' and 'a.b.c'"),
    ] {
      #expect(throws: Never.self) { try enricher(header + "\n1,a,x,\n2,b,,y\n") }
      let error = #expect(throws: ConfigurationError.self) { try enricher(header + "\n1,a,x,\n2,b,x,y\n") }
      #expect(
        error?.description == "accounts.csv:3:1: error: this row has \(pair), and an alert has room for one of them "
          + "only; rename one of the two columns")
    }
  }

  @Test("the recipient account and the actor's are added where they differ")
  func addsOtherAccounts() throws {
    let enricher = try enricher(csv)
    let alert = #"""
      {"cloud":{"account":{"id":"222222222222"}},"aws":{"cloudtrail":{"recipient_account_id":"012345678901",
      "user_identity":{"arn":"arn:aws:sts::222222222222:assumed-role/R/s"}}}}
      """#
    let fields = try added(alert, by: enricher)
    #expect(fields["cloud.account.name"] == #""prod""#)
    #expect(fields["weir.recipient_account.id"] == #""012345678901""#)
    #expect(fields["weir.recipient_account.name"] == #""landing zone""#)
    #expect(fields["weir.actor_account.name"] == nil)
  }

  @Test("without an account of its own, the alert gets the name of the one that it knows")
  func takesTheOnlyAccount() throws {
    let enricher = try enricher(csv)
    #expect(
      try added(#"{"aws.cloudtrail.recipient_account_id":"222222222222"}"#, by: enricher)["cloud.account.name"]
        == #""prod""#)
    #expect(
      try added(#"{"aws.cloudtrail.user_identity.arn":"arn:aws:iam::222222222222:root"}"#, by: enricher)[
        "cloud.account.name"]
        == #""prod""#)
  }

  @Test("a further account that is not known takes nothing from the first")
  func keepsFirst() throws {
    let enricher = try enricher(csv, unknown: "not listed")
    let alert = #"{"cloud":{"account":{"id":["222222222222","999999999999"]}}}"#
    #expect(try added(alert, by: enricher) == ["cloud.account.name": #""prod""#])
  }

  @Test("an unknown account gets the note, or nothing; an id without its leading zero is another one")
  func notesUnknown() throws {
    let alert = #"{"cloud":{"account":{"id":"12345678901"}}}"#
    #expect(try added(alert, by: enricher(csv, unknown: "not listed")) == ["cloud.account.name": #""not listed""#])
    #expect(try added(alert, by: enricher(csv)) == [:])
    #expect(try added("{}", by: enricher(csv, unknown: "not listed")) == [:])
  }

  @Test("what 'aws organizations list-accounts' prints is a table")
  func readsOrganizations() throws {
    let json = #"""
      {"Accounts": [{"Id": "012345678901", "Arn": "arn:aws:organizations::1:account/o-x/012345678901",
        "Email": "lz@corp.example", "Name": "landing zone", "Status": "ACTIVE", "JoinedTimestamp": 1700000000.5}]}
      """#
    let fields = try added(#"{"cloud":{"account":{"id":"012345678901"}}}"#, by: enricher(json, file: "a.json"))
    #expect(fields["cloud.account.name"] == #""landing zone""#)
    #expect(fields["cloud.account.email"] == #""lz@corp.example""#)
    #expect(fields["cloud.account.joined_timestamp"] == "1700000000.5")
  }

  @Test(
    "a table that cannot be used is refused with its place",
    arguments: [
      (
        "id,name\n1,a\n2,b\n1,c\n",
        "accounts.csv:4:1: error: id '1' is on line 2 already; remove one of the two, each key may come once"
      ),
      ("id,name\n,a\n", "accounts.csv:2:1: error: the key 'id' is empty in this row"),
      (
        "number,name\n1,a\n",
        "accounts.csv:1:1: error: no column holds the account id; it has 'number', 'name', and "
          + "'account_id', 'id', 'account', 'accountid', 'key' are looked for"
      ),
      ("", "accounts.csv: error: the table is empty; was it cut short while being written?"),
    ])
  func refusesTables(table: String, message: String) throws {
    do {
      _ = try enricher(table)
      Issue.record("the table was taken")
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test("ids that a spreadsheet has spoilt are warned of")
  func warnsOfSpoiltIDs() throws {
    let files = InMemoryFiles(["accounts.csv": "id,name\n12345678901,a\n1.11122E+11,b\n"])
    var enricher = try AccountNameEnricher(
      options: try AccountNameOptions(["accounts": "accounts.csv"]), context: .testing(files: files))
    try enricher.load()
    #expect(files.warnings.map(\.place.line) == [2, 3])
  }

  @Test("the README and the manual show the example")
  func showsExample() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Plugins/Enrichers/AccountName").resolvingSymlinksInPath()
    guard let example = try? String(contentsOf: folder.appending(path: "example.yaml"), encoding: .utf8) else { return }
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(AccountNameEnricher.manual.example + "\n" == example)
  }
}
