internal import AlertModel

/// Makes Slack messages: Block Kit inside an attachment that has the severity's colour.
///
/// Limits (Slack, "Block Kit" reference, and what servers were seen to do): 50 blocks; a header's text 150 characters; a
/// section's text 3,000; 10 fields of 2,000 each; the whole message fails from about 13,000 (`msg_blocks_too_long`). They
/// are kept after escaping. What is too long goes on with how much was left out.
struct SlackMessage {
  /// JSON members that every message begins with: where to post, and as whom.
  let preamble: [UInt8]

  /// How large the whole message may be, in bytes of JSON, so that it is below 13,000 by any count of characters.
  static let maximumBytes = 12_500

  /// How much room each part of a message has.
  struct Room {
    var headline: ChatText.Limit
    var field: ChatText.Limit
    var section: ChatText.Limit

    /// What Slack allows each part by itself. A field's label and backticks count too.
    static let full = Room(
      headline: .init(characters: 1000), field: .init(characters: 1950), section: .init(characters: 2950))

    /// What keeps the whole message, but for a link, below its limit whatever the alert holds.
    static let tight = Room(
      headline: .init(characters: 500, bytes: 600), field: .init(characters: 500, bytes: 500),
      section: .init(characters: 1200, bytes: 1200))
  }

  /// The message, as JSON.
  func encode(_ summary: AlertSummary) -> [UInt8] { Self.fitting(summary, encode) }

  /// The message with as much room as its limit allows.
  static func fitting(_ summary: AlertSummary, _ encode: (AlertSummary, Room) -> [UInt8]) -> [UInt8] {
    for room in [Room.full, .tight] {
      let json = encode(summary, room)
      if json.count <= maximumBytes { return json }
    }
    var summary = summary
    summary.link = nil
    return encode(summary, .tight)
  }

  private func encode(_ summary: AlertSummary, _ room: Room) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(4000)
    json.append("{")
    json.append(contentsOf: preamble)
    json.append("\"text\":\"")
    ChatText.append(summary.headline, as: .headline, limit: room.headline, to: &json)
    json.append(
      #"","mrkdwn":false,"link_names":false,"unfurl_links":false,"unfurl_media":false,"attachments":[{"color":""#)
    json.append(summary.severity.color)
    json.append("\",\"blocks\":[")
    appendTitle(of: summary, room, to: &json)
    if !summary.message.isEmpty { appendSection(summary.message, room, to: &json) }
    appendFields(of: summary, room, to: &json)
    if !summary.step.isEmpty { appendSection(Array("First step: ".utf8) + summary.step, room, to: &json) }
    if let link = summary.link { appendLink(link, to: &json) }
    appendFooter(of: summary, to: &json)
    json.append("]}]}")
    return json
  }

  /// The severity and the title as a header; where they do not fit there, the title below in whole.
  private func appendTitle(of summary: AlertSummary, _ room: Room, to json: inout [UInt8]) {
    let start = json.count
    json.append(#"{"type":"header","text":{"type":"plain_text","emoji":false,"text":""#)
    if ChatText.append(summary.titleWithSeverity, as: .plain, limit: .init(characters: 150), to: &json) {
      json.append("\"}}")
      return
    }
    json.removeLast(json.count - start)
    json.append(#"{"type":"header","text":{"type":"plain_text","emoji":false,"text":""#)
    json.append(summary.severityWord)
    json.append(" alert\"}}")
    appendSection(summary.title, room, to: &json)
  }

  private func appendSection(_ text: [UInt8], _ room: Room, to json: inout [UInt8]) {
    json.append(#",{"type":"section","text":{"type":"plain_text","emoji":false,"text":""#)
    ChatText.append(text, as: .plain, limit: room.section, to: &json)
    json.append("\"}}")
  }

  /// Ten fields a section.
  private func appendFields(of summary: AlertSummary, _ room: Room, to json: inout [UInt8]) {
    for (index, fact) in summary.facts.enumerated() {
      switch index {
      case 0: json.append(#",{"type":"section","fields":["#)
      case _ where index.isMultiple(of: 10): json.append(#"]},{"type":"section","fields":["#)
      default: json.append(",")
      }
      json.append(#"{"type":"mrkdwn","verbatim":true,"text":"*"#)
      json.append(fact.label)
      json.append("*\\n`")
      ChatText.append(fact.text, as: .code, limit: room.field, to: &json)
      json.append("`\"}")
    }
    if !summary.facts.isEmpty { json.append("]}") }
  }

  /// Nothing where the link is too long for a section: half of one leads nowhere.
  private func appendLink(_ link: AlertLink, to json: inout [UInt8]) {
    var text: [UInt8] = []
    text.append("<")
    for byte in link.address {
      if byte == UInt8(ascii: "&") { text.append("&amp;") } else { text.append(byte) }
    }
    text.append("|Open the alert at ")
    text.append(contentsOf: link.host)
    text.append(">")
    guard text.count <= Room.full.section.characters else { return }
    json.append(#",{"type":"section","text":{"type":"mrkdwn","verbatim":true,"text":""#)
    json.append(contentsOf: text)
    json.append("\"}}")
  }

  private func appendFooter(of summary: AlertSummary, to json: inout [UInt8]) {
    json.append(#",{"type":"context","elements":[{"type":"plain_text","emoji":false,"text":""#)
    summary.time.append(to: &json)
    json.append(#""},{"type":"plain_text","emoji":false,"text":"Alert "#)
    ChatText.append(summary.id, as: .plain, limit: .init(characters: 500, bytes: 600), to: &json)
    json.append("\"}]}")
  }
}

extension Severity {
  /// The colour of the bar beside a message.
  var color: StaticString {
    switch self {
    case .informational: "#8A8F98"
    case .low: "#2F80ED"
    case .medium: "#E2A400"
    case .high: "#E8590C"
    case .critical: "#B00020"
    }
  }
}
