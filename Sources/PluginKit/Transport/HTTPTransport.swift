/// Sends HTTP requests. TLS is verified, redirects are not followed, nothing is retried.
public protocol HTTPTransport: Sendable {
  /// - Throws: `TransportError` where there was no whole response in time.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// A request, complete but for what the transport adds (`Host`, `Content-Length`).
public struct HTTPRequest: Sendable {
  /// `POST`, `PUT`.
  public var method: String
  /// The whole address, which may hold a secret.
  public var url: String
  /// Names and values; a value is never logged.
  public var headers: [(name: String, value: String)]
  /// What is sent, as it is.
  public var body: [UInt8]
  /// From the beginning of connecting to the last byte of the response.
  public var timeout: Duration
  /// Whom to trust, and what to show.
  public var tls: TLSOptions
  /// `http://proxy:3128` and the like; nil for the environment's (`https_proxy`, `no_proxy`).
  public var proxy: String?

  public init(
    method: String = "POST", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    timeout: Duration = .seconds(10), tls: TLSOptions = TLSOptions(), proxy: String? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.tls = tls
    self.proxy = proxy
  }
}

/// An answer that came in whole.
public struct HTTPResponse: Sendable {
  /// The status code, such as 200.
  public let status: Int
  /// Names in lower case.
  public let headers: [(name: String, value: String)]
  /// At most the first 64 KiB; the rest is read and dropped.
  public let body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of that name, in lower case.
  public subscript(header name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// How a TLS peer is verified. Files are PEM.
public struct TLSOptions: Sendable, Equatable {
  /// Certificates to trust instead of the system's; nil for the system's.
  public var caFile: String?
  /// This side's certificate and key, where the peer asks for one.
  public var certificateFile: String?
  /// The key of that certificate, PEM.
  public var keyFile: String?
  /// The name that the peer's certificate must be for; nil for the host in the address.
  public var serverName: String?

  public init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.serverName = serverName
  }
}

/// A failure below HTTP or inside a stream: name not found, connection refused, certificate refused, time out.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What failed, with the address and without any secret.
  public let reason: String
  /// True where trying again without changing the configuration cannot help; a refused certificate is not permanent,
  /// since certificates are renewed.
  public let isPermanent: Bool

  public init(_ reason: String, isPermanent: Bool = false) {
    self.reason = reason
    self.isPermanent = isPermanent
  }

  public var description: String { reason }
}
