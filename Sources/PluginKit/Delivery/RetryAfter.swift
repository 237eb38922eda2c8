public import AlertModel

/// How long a server asks to be left alone.
public enum RetryAfter {
  /// The longest wait that is believed: a clock that is wrong at the other end must not hold alerts for years.
  public static let limit = Duration.seconds(24 * 3600)

  /// The delay that a response asks for: its `Retry-After` header, in seconds or as a date (RFC 9110, section 10.2.3),
  /// else a number of seconds at `retry_after` in a JSON body, as Slack and Discord send it. At most `limit`; a date that
  /// has passed is no delay at all; nil where there is none.
  public static func delay(in response: HTTPResponse, now: Timestamp) -> Duration? {
    let written = response[header: "retry-after"].flatMap { delay(ofHeader: $0, now: now) }
    return written ?? delay(inBody: response.body)
  }

  /// The delay of a header's value; nil where it is neither a number of seconds nor a date.
  public static func delay(ofHeader value: String, now: Timestamp) -> Duration? {
    let text = value.trimmingSpaces
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) {
      return seconds(String(text))
    }
    guard let date = HTTPDate.time(String(text)) else { return nil }
    return min(max(date - now, .zero), limit)
  }

  private static let bodyField = FieldPath("retry_after")

  private static func delay(inBody body: [UInt8]) -> Duration? {
    guard body.first == UInt8(ascii: "{") else { return nil }
    return body.withUnsafeBytes { bytes in
      let parser = DocumentParser()
      guard let root = try? parser.parse(bytes), let value = bodyField.first(in: root)?.value,
        value.kind == .number || value.kind == .string
      else { return nil }
      return seconds(value.text)
    }
  }

  private static func seconds(_ text: String) -> Duration? {
    guard let value = Double(text), value.isFinite, value >= 0 else { return nil }
    return value < 24 * 3600 ? .milliseconds(Int64((value * 1000).rounded(.up))) : limit
  }
}

extension String {
  /// Without spaces and tabs at either end.
  fileprivate var trimmingSpaces: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let last = lastIndex(where: { !isSpace($0) }) else { return "" }
    return self[...last].drop(while: isSpace)
  }
}
