internal import AlertModel

/// Makes messages for Mattermost and Rocket.Chat: an attachment in Markdown, as Slack had before blocks.
///
/// Mattermost takes 16,383 characters (its `PostMessageMaxRunesV2`); the limits of Slack messages are kept here too.
/// Names after `@` do not mention anybody, and nothing but the alert's own link can be followed.
struct MattermostMessage {
  /// JSON members that every message begins with: where to post, and as whom.
  let preamble: [UInt8]

  /// The message, as JSON.
  func encode(_ summary: AlertSummary) -> [UInt8] { SlackMessage.fitting(summary, encode) }

  private func encode(_ summary: AlertSummary, _ room: SlackMessage.Room) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(3000)
    json.append("{")
    json.append(contentsOf: preamble)
    json.append("\"attachments\":[{\"color\":\"")
    json.append(summary.severity.color)
    json.append("\",\"fallback\":\"")
    ChatText.append(summary.headline, as: .markdownCode, limit: room.headline, to: &json)
    json.append("\",\"title\":\"")
    ChatText.append(summary.titleWithSeverity, as: .markdown, limit: room.headline, to: &json)
    if let link = summary.link {
      json.append("\",\"title_link\":\"")
      json.append(contentsOf: link.address)
    }
    json.append("\",\"text\":\"")
    ChatText.append(summary.message, as: .markdown, limit: room.section, to: &json)
    if !summary.step.isEmpty {
      if !summary.message.isEmpty { json.append("\\n\\n") }
      json.append("**First step:** ")
      ChatText.append(summary.step, as: .markdown, limit: room.section, to: &json)
    }
    json.append("\",\"fields\":[")
    for (index, fact) in summary.facts.enumerated() {
      json.append(index == 0 ? "{\"short\":true,\"title\":\"" : ",{\"short\":true,\"title\":\"")
      json.append(fact.label)
      json.append("\",\"value\":\"`")
      ChatText.append(fact.text, as: .markdownCode, limit: room.field, to: &json)
      json.append("`\"}")
    }
    if let link = summary.link {
      json.append(summary.facts.isEmpty ? "{" : ",{")
      json.append("\"short\":true,\"title\":\"The title leads to\",\"value\":\"`")
      json.append(contentsOf: link.host)
      json.append("`\"}")
    }
    json.append("],\"footer\":\"")
    summary.time.append(to: &json)
    json.append(" · Alert ")
    ChatText.append(summary.id, as: .markdownCode, limit: .init(characters: 500, bytes: 600), to: &json)
    json.append("\"}]}")
    return json
  }
}
