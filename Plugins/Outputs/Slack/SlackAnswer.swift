internal import AlertModel
internal import PluginKit

/// What a webhook's answer means. The status decides (`HTTPOutcome`), except that Slack also says no with status 200, and
/// says of a webhook that somebody has to mend so with 404, as of a message that cannot be posted.
struct SlackAnswer {
  let style: SlackOptions.Style
  let redaction: Redaction

  /// What to do with the alert; nil where the message was posted.
  func failure(_ response: HTTPResponse, now: Timestamp) -> DeliveryError.Outcome? {
    // Nearly every answer.
    if response.status == 200, response.body.elementsEqual("ok".utf8) { return nil }
    let body = String(decoding: response.body.prefix(4096), as: UTF8.self).trimmingPrefix(while: \.isWhitespace)
    let word = String(body.prefix { !$0.isWhitespace })
    // Looking for secrets in it takes longer than to make the message.
    var reason: String { HTTPOutcome.reason(response, redaction) }
    if Self.refusals.contains(word) { return .unauthorized(reason: reason) }
    if let failure = HTTPOutcome.failure(response, now: now, redacting: redaction) { return failure }
    if word == "ok", body.dropFirst(2).allSatisfy(\.isWhitespace) { return nil }
    if style == .mattermost, isSuccess(response.body) { return nil }
    if Self.mistakes.contains(word) { return .reject(reason: reason) }
    // Trouble at Slack's end (rollup_error, a rate limit), or somebody else's page in its place.
    let shown = response.body.isEmpty ? reason + " without the word 'ok'" : reason
    return .retry(reason: shown, after: RetryAfter.delay(in: response, now: now))
  }

  /// Rocket.Chat answers `{"success":true}`.
  private func isSuccess(_ body: [UInt8]) -> Bool {
    let parser = DocumentParser()
    return body.withUnsafeBytes { bytes in
      guard let root = try? parser.parse(bytes) else { return false }
      return FieldPath("success").first(in: root)?.kind == .true
    }
  }

  /// Answers about the webhook itself, which somebody will mend: nothing is lost until then. (Slack, "Sending messages
  /// using incoming webhooks", errors.)
  private static let refusals: Set<String> = [
    "action_prohibited", "invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "team_disabled",
    "token_revoked", "account_inactive",
  ]

  /// Answers about the message, which will not be better the next time.
  private static let mistakes: Set<String> = [
    "channel_is_archived", "channel_not_found", "invalid_attachments", "invalid_blocks", "invalid_blocks_format",
    "invalid_payload", "missing_text_or_fallback_or_attachments", "msg_blocks_too_long", "msg_too_long", "no_text",
    "posting_to_general_channel_denied", "too_many_attachments", "user_not_found",
  ]
}
