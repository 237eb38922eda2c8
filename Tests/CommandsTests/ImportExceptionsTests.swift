import AlertModel
import BundledPlugins
import Foundation
import KQL
import PluginKit
import PluginTesting
import Testing

@testable import Commands

@Suite("Importing Kibana's exception lists")
struct ImportExceptionsTests {
  private static func imported(
    _ documents: [String], _ defaults: ExceptionImport.Defaults = ExceptionImport.Defaults(), isChecked: Bool = true
  ) throws -> (entries: [ImportedEntry], refused: [String], warnings: [String]) {
    var exceptions = ExceptionImport()
    let parser = DocumentParser()
    for (line, document) in documents.enumerated() {
      try Array(document.utf8).withUnsafeBytes { exceptions.add(try parser.parse($0), line: line + 1) }
    }
    let check = WeirCommand.$catalog.withValue(BundledPlugins.catalog) {
      EntryCheck(CommandEnvironment(logLevel: .critical))
    }
    let entries = exceptions.entries(defaults, problem: { isChecked ? check.problem($0) : nil })
    return (entries, exceptions.refused.map { "\($0.line) \($0.name): \($0.reason)" }, exceptions.warnings)
  }

  private static func item(_ entries: String, _ more: String = "", name: String = "item") -> String {
    #"{"item_id":"i-1","list_id":"l-1","name":"\#(name)","type":"simple","entries":[\#(entries)]\#(more)}"#
  }

  private static func entry(
    _ field: String, _ type: String, _ value: String? = nil, sign: String = "included", more: String = ""
  ) -> String {
    let value = value.map { #","value":\#($0)"# } ?? ""
    return #"{"field":"\#(field)","operator":"\#(sign)","type":"\#(type)"\#(value)\#(more)}"#
  }

  /// Alerts with everything that the exceptions below ask about, and the places of those that Kibana holds back.
  private static let alerts = [
    #"{"event.kind":"alert","user.name":"anna","host":{"name":"web-1","os":{"type":"linux"}},"source.ip":"10.1.2.3"}"#,
    #"{"event.kind":"alert","user.name":"Anna","host":{"name":"web-2","os":{"name":"Windows"}},"source.ip":"192.0.2.1"}"#,
    #"{"event.kind":"alert","user.name":["bob","anna"],"source.ip":["127.0.0.1","198.51.100.1"],"process":{"name":"a*b (x86): \"q\"","args":[]}}"#,
    #"{"event.kind":"alert","user.name":null,"file":[{"name":"a","ok":"true"},{"name":"b","ok":"false"}]}"#,
    #"{"event.kind":"alert","user.name":"not anna and bob","process.name":"axb","file":{"name":"a","ok":false}}"#,
  ]

  static let semantics: [(entries: String, more: String, held: [Int])] = [
    (entry("user.name", "match", #""anna""#), "", [0, 2]),
    (entry("user.name", "match", #""anna""#, sign: "excluded"), "", [1, 3, 4]),
    (entry("user.name", "match", #""not anna and bob""#), "", [4]),
    (entry("user.name", "match_any", #"["anna","Anna"]"#), "", [0, 1, 2]),
    (entry("user.name", "match_any", #"["anna","Anna"]"#, sign: "excluded"), "", [3, 4]),
    (entry("user.name", "exists"), "", [0, 1, 2, 4]),
    (entry("user.name", "exists", sign: "excluded"), "", [3]),
    (entry("process.args", "exists"), "", []),
    (entry("user.name", "wildcard", #""*nna""#), "", [0, 1, 2]),
    (entry("user.name", "wildcard", #""*nna*""#, sign: "excluded"), "", [3]),
    (entry("process.name", "match", #""a*b (x86): \"q\"""#), "", [2]),
    (entry("process.name", "wildcard", #""a\\*b *""#), "", [2]),
    (entry("process.name", "wildcard", #""a*b*""#), "", [2, 4]),
    (entry("process.name", "wildcard", #""*""#), "", [2, 4]),
    (entry("source.ip", "match", #""10.0.0.0/8""#), "", [0]),
    (
      #"{"field":"file","type":"nested","entries":[\#(entry("name", "match", #""a""#)),"#
        + #"\#(entry("ok", "match", #""true""#))]}"#, "", [3]
    ),
    (
      #"{"field":"file","type":"nested","entries":[\#(entry("name", "match", #""a""#)),"#
        + #"\#(entry("ok", "match_any", #"["false","no"]"#))]}"#, "", [4]
    ),
    (entry("event.kind", "match", #""alert""#), #","os_types":["linux"]"#, [0]),
    (entry("event.kind", "match", #""alert""#), #","os_types":["windows","linux"]"#, [0, 1]),
    (entry("user.name", "exists") + "," + entry("host.name", "wildcard", #""web-*""#), "", [0, 1]),
    (
      entry("source.ip", "list", more: #","list":{"id":"nets","type":"ip_range"}"#) + ","
        + entry("user.name", "exists"),
      "", [0, 1]
    ),
    (entry("source.ip", "list", sign: "excluded", more: #","list":{"id":"ips","type":"ip"}"#), "", [1, 2, 3, 4]),
  ]

  @Test("an entry holds back what the exception does in Kibana", arguments: semantics)
  func holdsTheSame(_ entries: String, _ more: String, _ held: [Int]) throws {
    var defaults = ExceptionImport.Defaults()
    defaults.valueLists = ["nets": ["10.0.0.0/8", "192.0.2.0-192.0.2.9"], "ips": ["10.1.2.3"]]
    let imported = try Self.imported([Self.item(entries, more)], defaults, isChecked: false)
    #expect(imported.refused == [])
    let entry = try #require(imported.entries.first)
    let fixtures = AlertFixtures(BundledPlugins.catalog.formats)
    let condition = try Condition(entry.when, vocabulary: fixtures.vocabulary)
    var found: [Int] = []
    for (place, alert) in Self.alerts.enumerated() {
      try fixtures.forEachAlert(alert) { if condition.matches($0, now: Workbench.now) { found.append(place) } }
    }
    #expect(found == held, "\(entry.when)")
  }

  @Test(
    "what cannot be said is refused, with the reason",
    arguments: [
      (item(""), "it has no entries, so it would hold everything back"),
      (item(entry("a", "match", "[]")), "the entry on a has no single value"),
      (item(entry("a", "regex", #""x""#)), "the type 'regex' of the entry on a is unknown"),
      (item(entry("a", "match", #""x""#, sign: "maybe")), "the operator 'maybe' of the entry on a is unknown"),
      (
        item(entry("a", "wildcard", #""x?z""#)),
        "the pattern 'x?z' on a has '?' for one character, which KQL cannot say"
      ),
      (
        item(entry("file.path.caseless", "match", #""x""#)),
        "the field 'file.path.caseless' cannot be asked: it ignores case, and KQL does not"
      ),
      (
        item(entry("a", "list", more: #","list":{"id":"ips.txt","type":"ip"}"#)),
        "the values of the value list 'ips.txt' are not in the export; give them with --values 'ips.txt=FILE', one a line"
      ),
      (
        item(entry("a", "list", more: #","list":{"id":"nets","type":"ip_range"}"#)),
        "'10.0.0.9-10.0.0.1' in the value list 'nets' is no range of addresses"
      ),
      (item(entry("a", "match", #""x""#), #","expire_time":"soon""#), "expire_time 'soon' is no date"),
      (
        item(entry("severity", "match", #""x""#)),
        "the field 'severity' means Weir's own severity in conditions, not that of the document"
      ),
    ])
  func refuses(_ item: String, _ reason: String) throws {
    var defaults = ExceptionImport.Defaults()
    defaults.valueLists = ["nets": ["10.0.0.9-10.0.0.1"]]
    let imported = try Self.imported([item], defaults)
    #expect(imported.refused == ["1 item: \(reason)"])
    #expect(imported.entries.isEmpty)
  }

  private static let holdsAll =
    "names no value that an alert must have, so it would hold nearly everything; add who or what it is about"

  @Test(
    "what check would refuse is refused with its reason, unless it is for some rules or said to be meant",
    arguments: [
      (entry("@timestamp", "exists"), holdsAll),
      (entry("user.name", "wildcard", #""*""#), holdsAll),
      (entry("user.name", "match", #""x""#, sign: "excluded"), holdsAll),
      (
        entry("user_agent.original", "match", #""curl""#),
        "rests only on what an attacker can choose (user_agent.original)"
      ),
    ])
  func refusesWhatCheckRefuses(_ test: String, _ reason: String) throws {
    let refused = try Self.imported([Self.item(test)]).refused
    #expect(refused.count == 1)
    #expect(refused[0].hasPrefix("1 item: an allowlist would not take it: the entry 'item' \(reason)"), "\(refused)")
    let mayBeMeant = reason != Self.holdsAll
    let remedy = "Say which rule it is for with --rule"
    #expect(refused[0].hasSuffix(mayBeMeant ? "\(remedy), or that it is meant with --accept-spoofable" : remedy))
    var defaults = ExceptionImport.Defaults()
    (defaults.owner, defaults.reason, defaults.expires) = ("soc", "known", "2027-03-31")
    var meant = (defaults, defaults)
    meant.0.rules = ["r-1"]
    meant.1.acceptsSpoofable = true
    for defaults in mayBeMeant ? [meant.0, meant.1] : [meant.0] {
      let written = try Self.imported([Self.item(test)], defaults).entries.map(\.yaml).joined(separator: "\n")
      _ = try Workbench(["config.yaml": Self.config, "allow.yaml": written]).parts()
    }
    if !mayBeMeant { #expect(try Self.imported([Self.item(test)], meant.1).refused == refused) }
  }

  /// An allowlist, and everything else that a configuration needs.
  private static let config = """
    inputs: [{stdin: {}}]
    enrichers: [{allowlist: {file: allow.yaml}}]
    outputs: {all: {console: {}}}
    routes: [{to: [all]}]
    suppressed: {to: all}
    """

  @Test("lists for Elastic Endpoint are refused; a bad item does not keep the others")
  func refusesItemByItem() throws {
    let imported = try Self.imported([
      #"{"list_id":"l-1","type":"endpoint_trusted_apps","name":"trusted"}"#,
      Self.item(Self.entry("a", "match", #""x""#)),
      Self.item(Self.entry("a", "match", #""x""#), name: "b")
        .replacing("l-1", with: "l-2"), #"{"hello":1}"#,
      #"{"exported_exception_list_item_count":3,"missing_exception_list_items":[{"item_id":"gone"}]}"#,
    ])
    #expect(
      imported.refused == [
        "4 : it is neither an exception nor an exception list",
        "2 item: its list is of type endpoint_trusted_apps, which tells Elastic Endpoint what to do and holds no alert back",
      ])
    #expect(imported.entries.map(\.name) == ["b"])
    #expect(
      imported.warnings == [
        "the export says that 'gone' is missing", "the export says that it holds 3 exceptions, and 2 were read",
        "the export has no rules, so the entries hold for the alerts of every rule; say with --rule which rules use the "
          + "lists, or export the rules with them",
      ])
  }

  @Test("an entry holds for the rules that use its list, where the export has them")
  func holdsForRules() throws {
    let rule = #"{"rule_id":"r-1","name":"r","exceptions_list":[{"list_id":"l-1","type":"detection"}]}"#
    let item = Self.item(Self.entry("a", "match", #""x""#) + "," + Self.entry("b", "exists"))
    #expect(try Self.imported([rule, item]).entries[0].when == "rule.id:r-1 and (a:x and b:*)")
    var defaults = ExceptionImport.Defaults()
    defaults.rules = ["r-2", "r-3"]
    #expect(try Self.imported([item], defaults).entries[0].when == "rule.id:(r-2 or r-3) and (a:x and b:*)")
  }

  @Test("an exception whose list no rule uses is refused, unless the command line says which rule it is for")
  func refusesUnusedLists() throws {
    let rule = #"{"rule_id":"r-1","name":"r","exceptions_list":[{"list_id":"l-2","type":"detection"}]}"#
    let item = Self.item(Self.entry("a", "match", #""x""#))
    let imported = try Self.imported([rule, item])
    #expect(imported.entries.isEmpty)
    #expect(
      imported.refused == [
        "2 item: no rule of the export uses its list, so it holds nothing back in Kibana; say which rule it is for "
          + "with --rule"
      ])
    var defaults = ExceptionImport.Defaults()
    defaults.rules = ["r-2"]
    #expect(try Self.imported([rule, item], defaults).entries.map(\.when) == ["rule.id:r-2 and (a:x)"])
  }

  @Test("no two entries get the same name")
  func namesEntries() throws {
    let test = Self.entry("a", "match", #""x""#)
    let items = ["ex", "ex", "ex (2)", "ex", "ex (2)"].map { Self.item(test, name: $0) }
    #expect(
      try Self.imported(items).entries.map(\.name) == ["ex", "ex (2)", "ex (2) (2)", "ex (3)", "ex (2) (3)"])
  }

  @Test("a value list's values come without a byte order mark, line ends and spaces")
  func readsValues() {
    let bytes = Array("\u{FEFF}10.0.0.1 \r\n\r\n a b\t\n".utf8)
    #expect(ImportExceptionsCommand.values(bytes) == ["10.0.0.1", "a b"])
  }

  @Test("what the export says goes into the entry; the rest is left open, and check asks for it")
  func leavesOpen() throws {
    let full = Self.item(
      Self.entry("user.name", "match", #""it's""#),
      #","created_by":"maria","description":"d","expire_time":"2027-01-31T12:00:00.000Z","#
        + #""comments":[{"comment":"known: ticket 7"},{"comment":"x # again"}]"#)
    let bare = Self.item(Self.entry("user.name", "match", #""b""#))
    let imported = try Self.imported([full, bare])
    let yaml = imported.entries.map(\.yaml).joined(separator: "\n")
    #expect(
      yaml == """
        # Kibana's exception 'i-1' of the list 'l-1'; it holds for the alerts of every rule, as the export does not say \
        which rules use the list
        - name: 'item'
          when: 'user.name:it''s'
          reason: 'known: ticket 7; x # again'
          owner: 'maria'
          expires: '2027-01-31T12:00:00.000Z'
          ceiling: high

        # Kibana's exception 'i-1' of the list 'l-1'; it holds for the alerts of every rule, as the export does not say \
        which rules use the list
        - name: 'item (2)'
          when: 'user.name:b'
          # reason: why this is no cause for alarm
          # owner: whom to ask, a team or a person
          # expires: the last day, such as 2027-03-31
          ceiling: high

        """)
    let open = try Workbench(["config.yaml": Self.config, "allow.yaml": yaml])
    let error = #expect(throws: ConfigurationError.self) { _ = try open.parts() }
    #expect(
      open.local("\(try #require(error))") == """
        allow.yaml:10:3: error: allowlist entry needs the setting 'reason' (text)
        allow.yaml:10:3: error: allowlist entry needs the setting 'owner' (text)
        allow.yaml:10:3: error: allowlist entry needs the setting 'expires' (a date, such as 2027-03-31)
        """)
    var defaults = ExceptionImport.Defaults()
    (defaults.owner, defaults.reason, defaults.expires) = ("soc", "known", "2027-03-31")
    let filled = try Self.imported([full, bare], defaults).entries.map(\.yaml).joined(separator: "\n")
    _ = try Workbench(["config.yaml": Self.config, "allow.yaml": filled]).parts()
  }

  @Test("text with line breaks and control characters cannot make another entry")
  func writesHostileText() throws {
    let item = Self.item(
      Self.entry("a", "match", #""x\n- name: y""#), #","description":"a\n- name: z\u0007""#, name: "n\\n# '")
    let entry = try #require(try Self.imported([item]).entries.first)
    #expect(entry.yaml.split(separator: "\n").count == 7)
    #expect(entry.yaml.contains(#"  reason: "a\n- name: z\u0007""#))
  }
}
