internal import GatewayConfig
internal import PluginKit
internal import Testing

@Suite("A configuration with many mistakes")
struct ManyMistakesTests {
  /// Each line of the configuration that bears a mark has the error of that mark.
  private let configuration = MarkedText(
    """
    inputs:
      - 1️⃣stdni: {}
    enrichers:
      - names: {2️⃣acounts: a.csv}
      - names: 3️⃣{notes: {}}
      - names:
          accounts: a.csv
          entries:
            - {account: 012345678901, until: 4️⃣soon}
            - {account: 1, 5️⃣untl: 2027-03-31}
    outputs:
      soc:
        web:
          webhook_url: hunter2secret
          6️⃣chanel: "#x"
          style: 7️⃣fancey
          batch: 8️⃣many
          timeout: 9️⃣10
          compress: 0️⃣yes
          headers: a⃣[x]
      archive: {file: {b⃣rate_limit: 1/s}}
      pair:
        file: {}
        c⃣web: {webhook_url: x}
      late: d⃣file
    routes:
      e⃣- {name: urgent, when: 'severity >= f⃣hihg', to: [soc, g⃣archiv]}
      - {name: h⃣urgent, when: 'a: b', to: archive}
      - {name: loop, when: 'host.name: (i⃣', to: [archive, j⃣archive]}
    suppressed: {to: k⃣nowhere}
    l⃣output: {}
    durability: m⃣disk

    """)

  private let errors = """
    1️⃣ unknown input 'stdni'; did you mean 'stdin'?
    2️⃣ unknown setting 'acounts' for enricher 'names'; did you mean 'accounts'?
    3️⃣ enricher 'names' needs the setting 'accounts' (the name of a file)
    4️⃣ 'soon' is not a date, such as 2027-03-31
    5️⃣ unknown setting 'untl' for 'entries' of enricher 'names'; did you mean 'until'?
    6️⃣ unknown setting 'chanel' for output 'web'; did you mean 'channel'?
    7️⃣ 'fancey' is not one of 'plain', 'fancy'; did you mean 'fancy'?
    8️⃣ 'many' is not a whole number
    9️⃣ '10' is not a duration, such as 500ms, 10s, 5m, 2h or 7d
    0️⃣ 'yes' is not 'true' or 'false'
    a⃣ expected a mapping (each value: a secret text, best given as ${NAME} or ${file:/path}), but found a list
    b⃣ unknown setting 'rate_limit' for output 'file'; known are 'path'
    c⃣ an entry names one output, but beside 'file' there is 'web'; check the indentation, or make an entry of its own of it
    d⃣ expected a mapping with the output's name, such as 'web: {}', but found a single value
    e⃣ no route takes the alerts that fit none of these conditions; add one without 'when' at the end, or say \
    'unrouted: drop' if they are to be dropped
    f⃣ unknown severity "hihg". Did you mean high? Severities are informational, low, medium, high, critical. \
    The detector's own value is event.severity
    g⃣ unknown output 'archiv' in route 'urgent'; did you mean 'archive'?
    h⃣ the name 'urgent' is taken by the route on line 27 already
    i⃣ Expected "(", NOT, value, or whitespace but end of input found. Something is missing at the end
    j⃣ route 'loop' leads to 'archive' twice
    k⃣ unknown output 'nowhere' in suppressed; known are 'soc', 'archive', 'pair', 'late'
    l⃣ unknown setting 'output'; did you mean 'outputs'?
    m⃣ 'disk' is not one of 'process', 'power'
    """

  @Test("shows every one of them at once, by place, each with what to do")
  func everyMistake() throws {
    let loaded = try load(configuration)
    let found = loaded.diagnostics.map(\.description)
    let expected = errors.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return "config.yaml:\(configuration.located(String(parts[0]))): error: \(parts[1])"
    }
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) { #expect(found == expected) }
    #expect(!found.joined().contains("hunter2"))
  }

  @Test("still gives the parts that are right, so that their own errors can be shown too")
  func partsThatAreRight() throws {
    let loaded = try load(configuration)
    #expect(loaded.configuration.routes.map(\.name) == ["urgent", "urgent", "loop"])
    #expect(throws: ConfigurationError.self) { try loaded.checked() }
  }
}
