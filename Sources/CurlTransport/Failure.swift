internal import CCurl
internal import Glibc
internal import PluginKit

/// What libcurl knows about a transfer that failed.
struct Failure {
  private let code: CURLcode
  private let detail: String
  private let tls: TLSOptions
  private let timeout: Duration
  private let connectTimeout: Duration
  private let verification: Int
  private let systemError: Int
  private let isConnected: Bool

  /// - Parameter detail: the text of `CURLOPT_ERRORBUFFER`.
  init(
    code: CURLcode, handle: EasyHandle, detail: String, tls: TLSOptions, timeout: Duration, connectTimeout: Duration
  ) {
    self.code = code
    self.detail = detail
    self.tls = tls
    self.timeout = timeout
    self.connectTimeout = min(timeout, connectTimeout)
    verification = weir_curl_long(handle, CURLINFO_SSL_VERIFYRESULT)
    systemError = weir_curl_long(handle, CURLINFO_OS_ERRNO)
    // Zero until the request could be sent.
    isConnected = weir_curl_size(handle, CURLINFO_PRETRANSFER_TIME_T) > 0
  }

  /// The error, for people.
  func error(at address: String) -> TransportError {
    TransportError("\(address): \(reason)", isPermanent: isPermanent)
  }

  private var isPermanent: Bool {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: true
    // Of an answer that is not HTTP libcurl says the same; what stands before the server may give one for a moment.
    case CURLE_UNSUPPORTED_PROTOCOL: !isConnected
    default: false
    }
  }

  private var reason: String {
    switch code {
    case CURLE_ABORTED_BY_CALLBACK: "cancelled"
    case CURLE_URL_MALFORMAT: "the URL is not valid"
    case CURLE_COULDNT_RESOLVE_HOST: "the name cannot be resolved"
    case CURLE_COULDNT_RESOLVE_PROXY: "the name of the proxy cannot be resolved"
    case CURLE_COULDNT_CONNECT: systemError == 0 ? "cannot connect" : "cannot connect: \(systemReason)"
    case CURLE_OPERATION_TIMEDOUT:
      isConnected ? "no complete response within \(timeout.brief)" : "no connection within \(connectTimeout.brief)"
    case CURLE_PEER_FAILED_VERIFICATION: certificateReason
    case CURLE_SSL_CACERT_BADFILE: "cannot read the CA file '\(tls.caFile ?? "of the system")'; is it PEM?"
    case CURLE_SSL_CERTPROBLEM:
      "cannot use the client certificate '\(tls.certificateFile ?? "")'"
        + " with the key '\(tls.keyFile ?? tls.certificateFile ?? "")'"
    case CURLE_SSL_CONNECT_ERROR: "the TLS handshake failed" + parenthesis
    case CURLE_GOT_NOTHING: "the connection was closed before a response came"
    case CURLE_PARTIAL_FILE: "the connection was closed in the middle of the response"
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR: "the connection broke" + parenthesis
    case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_UNSUPPORTED_PROTOCOL:
      "what came back is not HTTP that libcurl understands"
    default: Library.describe(code).lowercasedFirst
    }
  }

  private var systemReason: String { String(cString: strerror(Int32(systemError))).lowercasedFirst }

  /// libcurl's detail, where the code alone says too little. It is about TLS and sockets, never about the URL.
  private var parenthesis: String {
    if !detail.isEmpty { return " (\(detail))" }
    return systemError == 0 ? "" : " (\(systemReason))"
  }

  /// The codes of OpenSSL (`man verify`, X509_V_ERR_…); other TLS libraries leave 0 and explain in words.
  private var certificateReason: String {
    switch verification {
    case 9: return "the server's certificate is not valid yet"
    case 10: return "the server's certificate has expired"
    case 18: return "the server's certificate is self-signed and not trusted"
    case 2, 19, 20, 21:
      return "the server's certificate is from an authority that is not trusted; does 'ca_file' name the right one?"
    case 23: return "the server's certificate was revoked"
    default:
      // libcurl compares the host itself, and has only words for it.
      if detail.contains("subject name") { return "the server's certificate is for another host" + parenthesis }
      return "the server's certificate was refused" + parenthesis
    }
  }
}

extension String {
  /// With a small first letter, to stand after a colon.
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

extension Duration {
  /// `10 s`, `250 ms`.
  var brief: String {
    let milliseconds = milliseconds()
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}
