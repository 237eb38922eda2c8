public import AlertModel

/// What an HTTP response, or its absence, means for the alerts that were sent: the one status table, used by every output
/// that speaks HTTP.
///
/// | response | outcome |
/// |---|---|
/// | 2xx | accepted |
/// | 408, 425, 429, 5xx, no response | retried, after `Retry-After` where there is one |
/// | 401, 403 | retried slowly and shouted about |
/// | 3xx | dead letter: redirects are not followed; the reason names the host that they lead to |
/// | other 4xx | dead letter |
///
/// Statuses are those of RFC 9110, sections 15 and 10.2.3; 425 is RFC 8470, 429 is RFC 6585.
public enum HTTPOutcome {
  /// What to do with the alerts; nil where they were accepted.
  ///
  /// - Parameters:
  ///   - now: the time that a date in `Retry-After` is compared with.
  ///   - redaction: what must not be seen in the reason, which quotes the response's body.
  public static func failure(
    _ response: HTTPResponse, now: Timestamp, redacting redaction: Redaction
  ) -> DeliveryError.Outcome? {
    switch response.status {
    case 200..<300: return nil
    case 300..<400: return .reject(reason: redirect(response))
    case 401, 403: return .unauthorized(reason: reason(response, redaction))
    case 400..<500 where ![408, 425, 429].contains(response.status):
      return .reject(reason: reason(response, redaction))
    default:
      return .retry(reason: reason(response, redaction), after: RetryAfter.delay(in: response, now: now))
    }
  }

  /// What to do with the alerts where there was no response.
  ///
  /// What only a change of the configuration can mend is treated as a refusal is: retried slowly and shouted about, so
  /// that nothing is lost until somebody mends it.
  public static func failure(_ error: TransportError, redacting redaction: Redaction) -> DeliveryError.Outcome {
    let reason = redaction.apply(to: error.reason)
    return error.isPermanent ? .unauthorized(reason: reason) : .retry(reason: reason, after: nil)
  }

  /// `the server answered 400 Bad Request: invalid_payload`.
  public static func reason(_ response: HTTPResponse, _ redaction: Redaction) -> String {
    let said = redaction.excerpt(of: response.body)
    return "the server answered \(title(of: response.status))" + (said.isEmpty ? "" : ": \(said)")
  }

  private static func redirect(_ response: HTTPResponse) -> String {
    let host = response[header: "location"].flatMap(Redaction.host(inURL:))
    let target = host.map { " to \($0)" } ?? ""
    return "the server answered \(title(of: response.status)) and redirects\(target); redirects are not followed, "
      + "so the configured address must be the final one"
  }

  /// A status with its name, as RFC 9110 has it: `503 Service Unavailable`.
  private static func title(of status: Int) -> String {
    names[status].map { "\(status) \($0)" } ?? "\(status)"
  }

  private static let names = [
    301: "Moved Permanently", 302: "Found", 303: "See Other", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 410: "Gone", 411: "Length Required", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 421: "Misdirected Request", 422: "Unprocessable Content", 425: "Too Early",
    429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
  ]
}
