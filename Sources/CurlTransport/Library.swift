internal import CCurl
internal import PluginKit

/// libcurl as a whole.
enum Library {
  /// Initialised once, by whoever asks first; Swift sees to it that others wait. Never cleaned up: libcurl has no safe
  /// moment for that in a program with threads.
  private static let initialization: CURLcode = curl_global_init(Int(CURL_GLOBAL_ALL))

  /// Makes sure that libcurl is initialised.
  static func prepare() throws(TransportError) {
    guard initialization == CURLE_OK else {
      throw TransportError("libcurl cannot be initialised: \(describe(initialization))", isPermanent: true)
    }
  }

  /// libcurl's own words for a code.
  static func describe(_ code: CURLcode) -> String {
    curl_easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
  }
}

/// One easy handle.
typealias EasyHandle = UnsafeMutableRawPointer

extension Duration {
  /// Milliseconds, rounded up, at least one and at most `limit`.
  func milliseconds(atMost limit: Int = 1 << 30) -> Int {
    let (seconds, attoseconds) = components
    if seconds >= limit / 1000 { return limit }
    return min(limit, max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)))
  }
}
