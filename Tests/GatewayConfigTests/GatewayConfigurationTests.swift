internal import AlertModel
@testable internal import GatewayConfig
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite("A configuration")
struct GatewayConfigurationTests {
  private let complete = """
    inputs:
      - stdin: {}
      - stdin:
    detect: {rules: {rules: a.toml}}
    enrichers:
      - names: {accounts: accounts.csv, notes: {yes: no, 012: 034}}
      - lookup: {}
    outputs:
      soc:
        web: {webhook_url: "${URL}", batch: 50, timeout: 1m30s}
      archive: {file: {path: out/alerts.ndjson}}
    routes:
      - {name: urgent, when: "severity >= high", to: [soc, archive], continue: true}
      - {to: archive}
    suppressed: {to: archive}
    dead_letters: {path: dead.ndjson}
    state: /var/lib/weir
    durability: power
    """

  private func configuration(_ yaml: String, _ environment: [String: String] = [:]) throws -> GatewayConfiguration {
    try load(MarkedText(yaml), environment: environment, file: "etc/config.yaml").checked()
  }

  private func messages(_ yaml: String, _ environment: [String: String] = [:]) throws -> [String] {
    try load(MarkedText(yaml), environment: environment).diagnostics.map(\.description)
  }

  @Test("gives every part its name, its plugin and its options")
  func parts() throws {
    let configuration = try configuration(complete, ["URL": "https://example"])
    #expect(configuration.inputs.map(\.name) == ["stdin", "stdin_2"])
    #expect(configuration.detectors.map(\.pluginName) == ["rules"])
    #expect(configuration.enrichers.map(\.name) == ["names", "lookup"])
    #expect(configuration.outputs.map(\.name) == ["soc", "archive"])
    #expect(
      configuration.outputs[0].delivery
        == DeliveryDefaults(
          rateLimit: Rate(1, per: .seconds(1)), batch: 50, timeout: .seconds(90)))
    #expect(configuration.outputs[1].delivery == nil)
    let file = try #require(configuration.outputs[1].options as? FileSample.Options)
    #expect(file.path.path == "etc/out/alerts.ndjson")
    let names = try #require(configuration.enrichers[0].options as? NamesSample.Options)
    #expect(names.notes == ["yes": "no", "012": "034"])
    #expect(configuration.routes.map(\.name) == ["urgent", "route 2"])
    #expect(configuration.routes.map(\.continues) == [true, false])
    #expect(configuration.routes[0].outputs.map(\.name) == ["soc", "archive"])
    #expect(configuration.routes[1].condition == nil)
    #expect(configuration.suppressedOutput?.name == "archive")
    #expect(configuration.deadLetters.path == "etc/dead.ndjson")
    #expect(configuration.stateFolder == "/var/lib/weir")
    #expect(configuration.durability == .power)
  }

  @Test("makes its plugins, and gathers what they refuse")
  func making() throws {
    let loaded = try load(
      MarkedText(complete.replacing("accounts.csv", with: "bad.csv")), environment: ["URL": "https://example"])
    var problems = ProblemCollector(loaded)
    for output in loaded.configuration.outputs {
      _ = problems.collect { () throws(ConfigurationError) in try output.make(context: .testing(name: output.name)) }
    }
    for enricher in loaded.configuration.enrichers {
      _ = problems.collect { () throws(ConfigurationError) in try enricher.make(context: .testing(name: enricher.name))
      }
    }
    #expect(problems.diagnostics.map(\.description) == ["config.yaml:6:23: error: this table is bad"])
    #expect(throws: ConfigurationError.self) { try problems.check() }
  }

  @Test("keeps its state beside itself, or where systemd says")
  func stateFolder() throws {
    let yaml = "outputs: {a: {file: {}}}\nroutes: [{to: a}]"
    #expect(try configuration(yaml).stateFolder == "etc/weir-state")
    #expect(try configuration(yaml).deadLetters.path == "etc/weir-state/dead-letters.ndjson")
    #expect(try configuration(yaml, ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b"]).stateFolder == "/var/lib/a")
  }

  @Test("needs a route for every alert, unless it says that the rest is to be dropped")
  func catchAll() throws {
    let yaml = "outputs: {a: {file: {}}}\nroutes:\n  - {when: 'x: y', to: a}\n"
    #expect(
      try messages(yaml) == [
        "config.yaml:3:3: error: no route takes the alerts that fit none of these conditions; add one without 'when' at "
          + "the end, or say 'unrouted: drop' if they are to be dropped"
      ])
    #expect(try messages(yaml + "unrouted: drop") == [])
    #expect(try messages(yaml + "  - {when: '*', to: a}") == [])
    #expect(
      try messages(yaml.replacing("  - {when", with: "  - {to: a}\n  - {when")) == [
        "config.yaml:4:5: warning: no alert gets to route 2, since route 1 above takes every alert"
      ])
  }

  @Test("switches an output off where its environment variable is not set, but never a route's last one")
  func switches() throws {
    let yaml = """
      outputs:
        soc: {web: {webhook_url: "${URL}"}, only_with: URL}
        archive: {file: {}}
      routes:
        - {to: [soc, archive]}
      """
    #expect(try configuration(yaml).outputs.map(\.name) == ["archive"])
    #expect(try configuration(yaml).routes[0].outputs.map(\.name) == ["archive"])
    #expect(try configuration(yaml, ["URL": "x"]).routes[0].outputs.map(\.name) == ["soc", "archive"])
    #expect(
      try messages(yaml.replacing("[soc, archive]", with: "soc")) == [
        "config.yaml:5:10: error: route 1 leads only to outputs that are switched off by 'only_with'; add one that is "
          + "always on"
      ])
  }

  @Test("finds what is wrong with an output that is switched off, but for what depends on the environment")
  func checksSwitchedOff() throws {
    let yaml = """
      outputs:
        a: {only_with: URL, web: {webhok_url: "${URL}", batch: "${SIZE}", concurrency: x}}
        b: {only_with: URL, wep: {webhook_url: "${URL}"}}
        archive: {file: {}}
      routes:
        - {to: archive}
      """
    #expect(
      try messages(yaml).map { $0.prefix { $0 != ";" } } == [
        "config.yaml:2:29: error: unknown setting 'webhok_url' for output 'web'",
        "config.yaml:2:82: error: 'x' is not a whole number",
        "config.yaml:3:23: error: unknown output 'wep'",
      ])
  }

  @Test("points into a condition over several lines")
  func foldedCondition() throws {
    let marked = MarkedText(
      """
      outputs: {a: {file: {}}}
      routes:
        - when: >
            event.action: CreateTrail
            and severity >= 1️⃣hihg
          to: a
        - to: a
      """)
    let loaded = try load(marked)
    #expect(loaded.diagnostics.map { "\($0.place)" } == [marked.located("config.yaml:1️⃣")])
  }

  @Test("merges mappings, and leaves room for anchors")
  func merging() throws {
    let yaml = """
      x-web: &web {webhook_url: one, batch: 7}
      outputs:
        a: {web: {<<: *web, batch: 9}}
      routes: [{to: a}]
      """
    #expect(try configuration(yaml).outputs[0].delivery?.batch == 9)
  }

  @Test("can bring formats of its own, which are asked first")
  func formats() throws {
    let yaml = """
      formats:
        acme:
          recognise: {has: uid, equals: {product: acme}}
          id: uid
          severity: {field: level, words: {Warn: medium}, thresholds: {50: high, 90: critical}, otherwise: low}
          fields: {user.name: [actor.name, actor.login], rule.name: title}
          constants: {event.provider: acme}
          actors: user.name
      outputs: {a: {file: {}}}
      routes: [{to: a}]
      """
    let formats = try configuration(yaml).formats
    #expect(formats.map(\.name) == ["acme", "generic"])
    #expect(formats[0].fields.names == ["user.name", "rule.name", "event.provider"])
    #expect(
      try messages(yaml.replacing("has: uid, equals: {product: acme}", with: "")) == [
        "config.yaml:3:16: error: format 'acme' would take every alert; say in 'recognise' what its documents have"
      ])
    #expect(
      try messages(yaml.replacing("acme:", with: "generic:")) == [
        "config.yaml:2:3: error: there is a format 'generic' already; choose another name"
      ])
  }

  @Test("with a secret written into it warns where every user can read the file")
  func writtenSecret() throws {
    let yaml = "outputs: {a: {web: {webhook_url: hunter2}}}\nroutes: [{to: a}]"
    let loaded = try ConfigurationLoader(catalog: Sample.catalog, environment: [:])
      .load(Array(yaml.utf8), file: "config.yaml", readableByOthers: "0644")
    #expect(
      loaded.diagnostics.map(\.description) == [
        "config.yaml:1:34: warning: every user can read this secret, since the file's mode is 0644; chmod 600 it, or "
          + "write ${NAME}"
      ])
  }

  @Test(
    "without the least that it needs says what is missing",
    arguments: [
      (
        "",
        [
          "config.yaml:1:1: error: there must be an output; see 'outputs'",
          "config.yaml:1:1: error: there must be a route; see 'routes'",
        ]
      ),
      ("[]", ["config.yaml:1:1: error: expected a mapping of settings, but found a list"]),
      ("outputs: {a: {file: }}\nroutes: [{to: []}]", ["config.yaml:2:15: error: route 1 leads to no output"]),
    ])
  func empty(yaml: String, expected: [String]) throws {
    let found = try messages(yaml)
    #expect(expected.allSatisfy { found.contains($0) }, "\(found)")
  }

  @Test("that is not there is an error with the system's reason")
  func missing() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader(catalog: Sample.catalog, environment: [:]).load("/nowhere/config.yaml")
    }
    #expect(
      error?.description == "/nowhere/config.yaml: error: cannot read the configuration: No such file or directory")
  }
}
