public import PluginKit

/// The settings of the `slack` output.
public struct SlackOptions: PluginOptions {
  @Setting("The incoming webhook's address. Whoever knows it can post, so it is a secret.")
  public var webhookURL: Secret

  @Setting(
    "What the server understands: `slack` for Slack (Block Kit), `mattermost` for Mattermost and Rocket.Chat (Markdown)."
  )
  public var style: Style = .slack

  @Setting("Where to post, in place of the webhook's own channel. Slack itself ignores it; Mattermost need not.")
  public var channel: String?

  @Setting("The name to post under. Slack itself ignores it; Mattermost need not.")
  public var username: String?

  @Setting(
    """
    Where to read on, for alerts without a link of their own: an address in which `{FIELD}` stands for the alert's value, \
    such as `https://siem.corp.example/alerts/{weir.alert_id}`.
    """)
  public var link: LocatedText?

  @Setting("Certificates to trust in place of the system's, PEM: for servers of your own.")
  public var caFile: FilePath?

  public init() {}

  /// What the server understands.
  public enum Style: String, SettingValue, CaseIterable {
    case slack, mattermost
  }
}
