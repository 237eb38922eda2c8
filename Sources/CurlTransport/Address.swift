internal import CCurl
internal import PluginKit

/// Scheme, host and port of a URL: what of it may be shown. Paths, queries and passwords are secrets.
struct Address: CustomStringConvertible {
  let scheme: String
  /// A name or an address, without brackets.
  let host: String
  let port: Int

  init(url: String) throws(TransportError) {
    let parsed = try ParsedURL(url)
    scheme = parsed.part(CURLUPART_SCHEME) ?? ""
    let host = parsed.part(CURLUPART_HOST) ?? ""
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    port = parsed.part(CURLUPART_PORT).flatMap { Int($0) } ?? 0
  }

  init(scheme: String, host: String, port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// Host and port as the `Host` header has them: without a scheme's usual port.
  var authority: String {
    port == (scheme == "https" ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
  }

  var description: String { "\(scheme)://\(bracketedHost):\(port)" }

  /// `url` with another host, port and all else as they were.
  static func replacingHost(of url: String, with host: String) throws(TransportError) -> String {
    let parsed = try ParsedURL(url)
    let address = Address(scheme: "", host: host, port: 0)
    guard curl_url_set(parsed.handle, CURLUPART_HOST, address.bracketedHost, 0) == CURLUE_OK,
      let replaced = parsed.part(CURLUPART_URL)
    else {
      throw TransportError("'\(host)' is not a host name", isPermanent: true)
    }
    return replaced
  }
}

/// A URL as libcurl reads it.
private final class ParsedURL {
  let handle: OpaquePointer?

  init(_ url: String) throws(TransportError) {
    try Library.prepare()
    handle = curl_url()
    let code = curl_url_set(handle, CURLUPART_URL, url, 0)
    guard code == CURLUE_OK else {
      let reason = curl_url_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
      throw TransportError("the URL is not valid: \(reason)", isPermanent: true)
    }
  }

  deinit { curl_url_cleanup(handle) }

  func part(_ part: CURLUPart) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard weir_curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
