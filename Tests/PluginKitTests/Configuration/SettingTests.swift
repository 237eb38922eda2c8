internal import PluginKit
internal import Testing

@Suite("Settings")
struct SettingTests {
  private struct Options: PluginOptions {
    @Setting("Required.") var webhookURL: Secret
    @Setting("Defaulted.") var style: Style = .slack
    @Setting("Optional.") var caFile: FilePath?
    @Setting("Named.", name: "to") var target: [String] = ["a"]
    @Setting("Nested.") var entries: [Entry] = []
    @Setting("Keyword.") var `continue`: Bool = false
    init() {}
  }

  private struct Entry: PluginOptions {
    @Setting("Text.") var when: LocatedText
    init() {}
  }

  private enum Style: String, CaseIterable, SettingValue {
    case slack, mattermost
  }

  @Test("take what is written and keep its place; the rest has its default")
  func reading() throws {
    let node = LocatedNode(
      .mapping([
        .init(
          key: "webhook_url",
          value: LocatedNode(
            .scalar(.init("x", style: .plain)), at: SourcePlace(file: "c.yaml", line: 3, column: 9))),
        .init(key: "to", value: "b"), .init(key: "entries", value: [["when": "a: b"]]),
        .init(key: "continue", value: "true"),
      ]), at: SourcePlace(file: "c.yaml", line: 2, column: 1))
    let options = try Options(node)
    #expect(options.webhookURL.reveal() == "x")
    #expect(options.$webhookURL.place.description == "c.yaml:3:9")
    #expect(options.$webhookURL.isGiven)
    #expect(options.style == .slack)
    #expect(options.$style.place.description == "c.yaml:2:1")
    #expect(!options.$style.isGiven)
    #expect(options.caFile == nil)
    #expect(options.target == ["b"])
    #expect(options.entries.map(\.when.text) == ["a: b"])
    #expect(options.continue)
    #expect(options.$webhookURL.error("wrong").description == "c.yaml:3:9: error: wrong")
  }

  @Test("report everything that is wrong at once")
  func problems() {
    let error = #expect(throws: ConfigurationError.self) {
      try Options(["style": "slak", "continue": "maybe", "tp": "x", "entries": [[:]]], subject: "output 'slack'")
    }
    #expect(
      error?.diagnostics.map(\.message) == [
        "output 'slack' needs the setting 'webhook_url' (a secret text, best given as ${NAME} or ${file:/path})",
        "'slak' is not one of 'slack', 'mattermost'; did you mean 'slack'?",
        "'entries' of output 'slack' needs the setting 'when' (text)",
        "'maybe' is not 'true' or 'false'",
        "unknown setting 'tp' for output 'slack'; did you mean 'to'?",
      ])
  }

  @Test("are declared in order, with what the reference needs")
  func declarations() {
    #expect(Options.settings.map(\.name) == ["webhook_url", "style", "ca_file", "to", "entries", "continue"])
    #expect(Options.settings.map(\.mustBeGiven) == [true, false, false, false, false, false])
    #expect(Options.settings[1].defaultValue == "slack")
    #expect(Options.settings[4].nested.map(\.name) == ["when"])
  }

  @Test("never show a secret, however it is printed")
  func secrets() throws {
    let options = try Options(["webhook_url": "hunter2"])
    var dumped = ""
    dump(options.webhookURL, to: &dumped)
    #expect("\(options.webhookURL)" == "***")
    #expect(String(reflecting: options.webhookURL) == "***")
    #expect(!dumped.contains("hunter2"))
    dump(options, to: &dumped)
    let whole = "\(options)" + String(reflecting: options) + dumped
    #expect(!whole.contains("hunter2"))
  }

  @Test("written without a space after the colon are named, but not what follows")
  func missingSpace() {
    let error = #expect(throws: ConfigurationError.self) {
      try Options(["webhook_url": "x", "webhook_url:hunter2": ""], subject: "output 'slack'")
    }
    #expect(
      error?.diagnostics.map(\.message) == [
        "unknown setting for output 'slack'; write a space after the colon of 'webhook_url'"
      ])
  }
}
