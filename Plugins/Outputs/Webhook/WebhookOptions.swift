public import PluginKit

/// The settings of the `webhook` output.
public struct WebhookOptions: PluginOptions {
  @Setting("Where to send. It may hold a token, so it is treated as a secret.")
  public var url: Secret

  @Setting("The request's method.")
  public var method: Method = .post

  @Setting("Headers to send besides. Values are treated as secrets.")
  public var headers: [String: Secret] = [:]

  @Setting("The `Content-Type` of what is sent.")
  public var contentType: String = "application/json"

  @Setting(
    """
    What to send for an alert in place of its JSON, as a Mustache template: `{{rule.name}}` is a field's value, escaped for \
    the inside of a JSON string; `{{{json}}}` is the whole alert. With a template, each alert is a request of its own.
    """)
  public var template: LocatedText?

  @Setting("A key shared with the receiver: requests are signed with it (HMAC-SHA256).")
  public var signingKey: Secret?

  @Setting("The header that holds the signature.")
  public var signatureHeader: String = "X-Weir-Signature"

  @Setting("Whether to compress what is sent (`Content-Encoding: gzip`). The receiver must understand that.")
  public var gzip: Bool = false

  @Setting("Certificates to trust in place of the system's, PEM.")
  public var caFile: FilePath?

  @Setting("This side's certificate, PEM, for receivers that ask for one.")
  public var certificateFile: FilePath?

  @Setting("The key of `certificate_file`, PEM.")
  public var keyFile: FilePath?

  public init() {}

  /// The methods that carry a body.
  public enum Method: String, SettingValue, CaseIterable {
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
  }
}
