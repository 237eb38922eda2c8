import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import SlackOutput

/// What is posted for an alert.
@Suite struct SlackMessageTests {
  static let alert = #"""
    {"@timestamp":"2026-11-20T22:04:05.123Z","severity":"high","message":"A trail was created in account 111122223333",
    "rule":{"id":"594e0cbf-86cc-45aa-9ff7-ff27db27d3ed","name":"CloudTrail log created"},
    "user":{"name":"PlatformAdmin"},"aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:iam::111122223333:role/PlatformAdmin"}}},
    "cloud":{"account":{"id":"111122223333","name":"Production"},"region":"eu-central-1"},"source":{"ip":"203.0.113.7"},
    "host":{"name":"build-7"},"event":{"action":"CreateTrail","outcome":"success","url":"https://kibana.corp.example/app/security/alerts?id=7&x=1"},
    "threat":{"technique":{"id":["T1530"]}},
    "kibana":{"alert":{"rule":{"note":"## Triage\n\nWords.\n\n### Possible investigation steps\n\n- Look who **created** the trail,\n  and when.\n- Then rest.\n"}}}}
    """#

  static let hostile = #"""
    {"severity":"critical","message":"<!channel> <!here> @here @channel <https://evil.example|click> & `x` *b*\n\u001b[2J \u202eabc",
    "rule":{"name":"<!everyone> @everyone \"}]}, {\"text\":\"x\" \\"},
    "user":{"name":"`<@U123>` @all\nAccount\n`fine`"},"event":{"url":"https://good.example@evil.example/"},
    "cloud":{"account":{"name":"@here"}},"host":{"name":"a@b.example <mailto:x@y.example>"}}
    """#

  static let digest = #"""
    {"severity":"critical","@timestamp":"2026-11-21T03:00:00.000Z","weir":{"alert_id":"d-1","digest":{"id":"d-1","count":128,
    "first":"2026-11-21T02:00:00.000Z","last":"2026-11-21T03:00:00.000Z","where":"weir outbox list --digest d-1",
    "by_rule":[{"name":"CloudTrail log created","count":100},{"name":"Root login\n<!here>","count":28}],
    "by_actor":[{"name":"alice","count":128}],"by_account":[{"name":"Production (111122223333)","count":128}]}}}
    """#

  static func messages(_ documents: [String], _ settings: LocatedNode.Entry...) throws -> [[UInt8]] {
    try output(settings).encode(DeliveryBatch(AlertFixtures().block(documents)))
  }

  static func output(
    _ settings: [LocatedNode.Entry] = [], http: RecordingHTTPTransport = RecordingHTTPTransport()
  ) throws -> SlackOutput {
    let url = LocatedNode.Entry(key: "webhook_url", value: "https://hooks.slack.example/services/T0000/B000/s3cr3t")
    let node = LocatedNode(.mapping([url] + settings), at: LocatedNode.nowhere)
    return try SlackOutput(options: SlackOptions(node), context: .testing(http: http))
  }

  static let mattermost = LocatedNode.Entry(key: "style", value: "mattermost")
  static let channel = LocatedNode.Entry(key: "channel", value: "town \"square\"")

  @Test(arguments: [
    ("alert.json", alert), ("hostile.json", hostile), ("digest.json", digest), ("bare.json", "{}"),
  ])
  func `messages for Slack`(file: String, document: String) throws {
    let message = try Self.messages([document])[0]
    #expect(GoldenFile.difference(message, from: "slack-" + file) == nil)
  }

  @Test(arguments: [
    ("alert.json", alert), ("hostile.json", hostile), ("digest.json", digest), ("bare.json", "{}"),
  ])
  func `messages for Mattermost`(file: String, document: String) throws {
    let message = try Self.messages([document], Self.mattermost, Self.channel)[0]
    #expect(GoldenFile.difference(message, from: "mattermost-" + file) == nil)
  }

  @Test(arguments: ["slack", "mattermost"])
  func `every message is JSON, mentions nobody, and keeps all limits`(style: String) throws {
    let entry = LocatedNode.Entry(key: "style", value: LocatedNode(stringLiteral: style))
    let large = ["<", "\\\"", "\u{1F525}", "漢", "@", "`"].map { piece in
      let text = String(repeating: piece, count: 5000)
      let names = [
        "rule.name", "message", "user.name", "user.id", "cloud.account.id", "cloud.account.name",
        "cloud.region", "source.ip", "host.name", "rule.id", "event.action", "weir.triage_steps",
      ]
      let link = "https://" + String(repeating: "h", count: 200) + "/?" + String(repeating: "x", count: 1780)
      let all = names.map { ($0, text) } + [("event.reference", link)]
      return "{" + all.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",") + "}"
    }
    let documents = OddAlerts.documents + large + [Self.alert, Self.hostile, Self.digest]
    for message in try Self.messages(documents, entry) {
      let text = String(decoding: message, as: UTF8.self)
      #expect(message.count < 13_000)
      #expect(!text.contains("<!") && !text.contains("<@") && !text.contains("<http://"))
      #expect(!text.contains("@here") && !text.contains("@channel") && !text.contains("@everyone"))
      let limits = try TextLimits(message)
      #expect(limits.violations == [])
    }
  }

  @Test(arguments: ["—@channel", "“@here”", "（@all）", "。@here", "\u{200B}@everyone"])
  func `nobody is mentioned behind what is no letter`(text: String) throws {
    for style in ["slack", "mattermost"] {
      let entry = LocatedNode.Entry(key: "style", value: LocatedNode(stringLiteral: style))
      let message = try Self.messages([#"{"rule":{"name":"\#(text)"},"message":"\#(text)"}"#], entry)[0]
      #expect(!String(decoding: message, as: UTF8.self).contains(/@[a-z]/))
    }
  }

  @Test func `the host that a title leads to is shown`() throws {
    let document = #"{"rule":{"name":"Reset your password"},"event":{"url":"https://evil.example/phish"}}"#
    for style in ["slack", "mattermost"] {
      let entry = LocatedNode.Entry(key: "style", value: LocatedNode(stringLiteral: style))
      let text = String(decoding: try Self.messages([document], entry)[0], as: UTF8.self)
      #expect(text.replacing("https://evil.example/phish", with: "").contains("evil.example"))
    }
  }

  @Test func `a link that cannot be shown whole is left out`() throws {
    func text(_ link: String) throws -> String {
      let message = try Self.messages([#"{"rule":{"name":"r"},"event":{"reference":"\#(link)"}}"#])[0]
      #expect(try TextLimits(message).violations == [])
      return String(decoding: message, as: UTF8.self)
    }
    #expect(!(try text("https://evil.example/?" + String(repeating: "&", count: 1900)).contains("Open the alert")))
    #expect(!(try text("https://" + String(repeating: "h", count: 1900)).contains("Open the alert")))
    #expect(try text("https://good.example/?" + String(repeating: "&", count: 500)).contains("at good.example>"))
  }

  @Test func `no address in an alert becomes a link by itself`() throws {
    let document = #"{"rule":{"name":"Login at https://evil.example, wwww.evil.example and WWW2.evil.example"}}"#
    let slack = String(decoding: try Self.messages([document])[0], as: UTF8.self)
    #expect(slack.contains(#""text":"MEDIUM: Login at https:\#u{200B}//evil.example, w\#u{200B}w"#))
    let mattermost = String(decoding: try Self.messages([document], Self.mattermost)[0], as: UTF8.self)
    let title = try #require(mattermost.split(separator: #""title":""#).dropFirst().first)
    #expect(title.contains("https:\u{200B}//evil"))
    #expect(!title.lowercased().contains("www"))
  }

  @Test(arguments: [
    (#"12. one\n 3. two 4. three 10.0.0.1\n.5 6."#, #"12\\. one\n 3\\. two 4. three 10.0.0.1\n.5 6."#),
    (#"big\n===\n  = a\na == b"#, #"big\n\#u{200B}===\n  \#u{200B}= a\na == b"#),
    (#"big\n---"#, #"big\n\\-\\-\\-"#),
    (#":smile: a::+1::b at 10:30:45, c: d"#, "&#58;smile: a:&#58;\\\\+1::b at 10&#58;30:45, c: d"),
    (#"arn:aws:iam::1:x"#, "arn&#58;aws&#58;iam:&#58;1:x"),
  ])
  func `nothing in an alert is a list, a heading or an emoji in Mattermost`(message: String, shown: String) throws {
    let document = #"{"rule":{"name":"r"},"message":"\#(message)"}"#
    let text = String(decoding: try Self.messages([document], Self.mattermost)[0], as: UTF8.self)
    #expect(text.contains(#""text":"\#(shown)","fields""#), "\(text)")
  }

  @Test func `a line break at the end of a name is not shown`() throws {
    let document = #"{"rule":{"name":"r"},"user":{"name":"alice\r\n","id":"7"},"host":{"name":["a\n","b"]}}"#
    for style in ["slack", "mattermost"] {
      let entry = LocatedNode.Entry(key: "style", value: LocatedNode(stringLiteral: style))
      let text = String(decoding: try Self.messages([document], entry)[0], as: UTF8.self)
      #expect(text.contains("`alice`") && text.contains("`a, b`") && text.contains("MEDIUM: r (alice)"), "\(text)")
    }
  }

  @Test func `what is left out is counted`() throws {
    let message = try Self.messages([
      #"{"rule":{"name":"r"},"host":{"name":"\#(String(repeating: "h", count: 2762))"}}"#
    ])[0]
    let text = String(decoding: message, as: UTF8.self)
    let shown = text.split(separator: "\"").first { $0.contains("characters left out") } ?? ""
    #expect(shown.contains("… 860 characters left out`"))
    #expect(shown.prefix { $0 != "…" }.count { $0 == "h" } == 2762 - 860)
  }

  @Test func `a title too long for a header stands below in whole`() throws {
    let title = String(repeating: "long title ", count: 30)
    let text = String(decoding: try Self.messages([#"{"rule":{"name":"\#(title)"}}"#])[0], as: UTF8.self)
    #expect(text.contains(#"{"type":"header","text":{"type":"plain_text","emoji":false,"text":"MEDIUM alert"}}"#))
    #expect(text.contains(#"{"type":"section","text":{"type":"plain_text","emoji":false,"text":"\#(title)"}}"#))
  }

  @Test func `alerts without a link of their own get the configured one, with values that cannot change the address`()
    throws
  {
    let link = LocatedNode.Entry(key: "link", value: "https://siem.corp.example/alerts/{weir.alert_id}?h={host.name}")
    let text = String(
      decoding: try Self.messages([#"{"weir":{"alert_id":"a/b|c"},"host":{"name":"x>&y=é"}}"#], link)[0], as: UTF8.self)
    #expect(
      text.contains(
        "<https://siem.corp.example/alerts/a%2Fb%7Cc?h=x%3E%26y%3D%C3%A9|Open the alert at siem.corp.example>"))
  }

  @Test func `the first triage step is the one that enrichers added`() throws {
    let fields = [try AddedField("weir.triage_steps", json: Array(#"["Ask the owner.","Then rest."]"#.utf8))]
    let block = try AlertFixtures().block([Self.alert], adding: fields)
    let text = String(decoding: try Self.output().encode(DeliveryBatch(block))[0], as: UTF8.self)
    #expect(text.contains("First step: Ask the owner."))
    #expect(!text.contains("Look who"))
  }

  @Test(arguments: [
    (
      "hooks.slack.example/x",
      "<none>: error: 'webhook_url' is not an address; it must begin with https:// or http:// and a host"
    ),
    (
      "https:///path",
      "<none>: error: 'webhook_url' is not an address; it must begin with https:// or http:// and a host"
    ),
  ])
  func `a webhook_url that is none is refused without being shown`(url: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try SlackOutput(
        options: SlackOptions(["webhook_url": LocatedNode(stringLiteral: url)]), context: .testing())
    }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("ftp://x/{a}", "'ftp://x/{a}' is not an address to link to; it must begin with https:// or http:// and a host"),
    ("https://x/{a", "a '{' must be followed by the name of a field and '}', as in '{weir.alert_id}'"),
    ("https://x/{}", "a '{' must be followed by the name of a field and '}', as in '{weir.alert_id}'"),
  ])
  func `a link that cannot be made is refused`(link: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Self.output([LocatedNode.Entry(key: "link", value: LocatedNode(stringLiteral: link))])
    }
    #expect(error?.description == "<none>: error: " + message)
  }

  @Test func `README and example agree with the manual`() {
    #expect(PluginFolder("Outputs/Slack").violations(of: SlackOutput.manual) == [])
  }
}
