internal import CCurl
internal import PluginKit

/// libcurl as a whole.
enum Library {
  /// Nil, or why libcurl cannot be used. Loaded and initialised once, by whoever asks first; Swift sees to it that others
  /// wait. Never cleaned up: libcurl has no safe moment for that in a program with threads.
  private static let failure: String? = {
    if let reason = weir_curl_load() {
      return "libcurl cannot be loaded: \(String(cString: reason)); install it (on Debian and Ubuntu: apt-get install"
        + " libcurl4) and start Weir again"
    }
    let code = curl_global_init(Int(CURL_GLOBAL_ALL))
    return code == CURLE_OK ? nil : "libcurl cannot be initialised: \(describe(code))"
  }()

  /// Makes sure that libcurl can be used; to be called before anything of it is.
  static func prepare() throws(TransportError) {
    if let failure { throw TransportError(failure, isPermanent: true) }
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
