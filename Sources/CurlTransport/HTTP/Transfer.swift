internal import CCurl
internal import PluginKit

/// One request and what came back so far. Belongs to the HTTP thread.
final class Transfer {
  let id: Int
  private let request: HTTPRequest
  private let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>
  private let handle: EasyHandle
  private let connectTimeout: Duration
  private let errorText = ErrorText()
  private var headerList: HeaderList?
  private var overrides: HeaderList?
  private var head = ResponseHead()
  private var body: [UInt8] = []

  init(_ submission: Submission, handle: EasyHandle, connectTimeout: Duration) {
    id = submission.id
    request = submission.request
    continuation = submission.continuation
    self.handle = handle
    self.connectTimeout = connectTimeout
  }

  /// Gives the request to libcurl. The handle must not outlive this object with these options.
  func prepare() throws(TransportError) {
    let options = Options(handle)
    errorText.attach(to: handle)
    // No signals: threads share them, and the resolver's time-outs do without since libcurl resolves on a thread.
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_PROTOCOLS_STR, "http,https")
    options.set(CURLOPT_FOLLOWLOCATION, 0)
    options.set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds())
    options.set(CURLOPT_CONNECTTIMEOUT_MS, min(request.timeout, connectTimeout).milliseconds())
    options.set(CURLOPT_TCP_KEEPALIVE, 1)
    options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    options.set(CURLOPT_USERAGENT, "weir")
    options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    if let proxy = request.proxy { options.set(CURLOPT_PROXY, proxy) }
    setMethodAndBody(options)
    try setAddress(options)
    try setHeaders(options)
    options.set(request.tls)

    let context = Unmanaged.passUnretained(self).toOpaque()
    weir_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, Self.receiveHeader)
    weir_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    weir_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, Self.receiveBody)
    weir_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
  }

  private func setMethodAndBody(_ options: Options) {
    switch request.method {
    case "GET" where request.body.isEmpty: options.set(CURLOPT_HTTPGET, 1)
    case "HEAD": options.set(CURLOPT_NOBODY, 1)
    case let method:
      options.set(CURLOPT_POST, 1)
      weir_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      request.body.withUnsafeBytes { bytes in
        // Copied, since an array's memory may not be kept. A copy of nothing still needs an address.
        _ = weir_curl_set_string(
          handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.nothing)
      }
      if method != "POST" { options.set(CURLOPT_CUSTOMREQUEST, method) }
    }
  }

  private static var nothing: UnsafePointer<CChar> {
    let empty: StaticString = ""
    return UnsafeRawPointer(empty.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// Where the peer's certificate must be for another name than the URL's host, the URL gets that name, and the
  /// connection goes to the host all the same: libcurl has no other way to say it.
  private func setAddress(_ options: Options) throws(TransportError) {
    guard let name = request.tls.serverName else {
      options.set(CURLOPT_URL, request.url)
      return
    }
    let address = try Address(url: request.url)
    options.set(CURLOPT_URL, try Address.replacingHost(of: request.url, with: name))
    overrides = try HeaderList(["::\(address.bracketedHost):\(address.port)"])
    options.set(CURLOPT_CONNECT_TO, overrides)
  }

  private func setHeaders(_ options: Options) throws(TransportError) {
    var lines: [String] = []
    lines.reserveCapacity(request.headers.count + 3)
    for (name, value) in request.headers {
      // "Name:" would remove a header of libcurl's own; "Name;" sends one without a value.
      lines.append(value.isEmpty ? name + ";" : name + ": " + value)
    }
    func callerSets(_ name: String) -> Bool { request.headers.contains { $0.name.lowercased() == name } }
    if !request.body.isEmpty || request.method == "POST" {
      // libcurl would announce a web form, and would wait a second for permission to send more than a megabyte.
      if !callerSets("content-type") { lines.append("Content-Type:") }
      if !callerSets("expect") { lines.append("Expect:") }
    }
    if request.tls.serverName != nil, !callerSets("host") {
      lines.append("Host: " + (try Address(url: request.url)).authority)
    }
    headerList = try HeaderList(lines)
    options.set(CURLOPT_HTTPHEADER, headerList)
  }

  // MARK: The response

  private static let receiveHeader: weir_curl_receive = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.head.append(line: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  }

  private static let receiveBody: weir_curl_receive = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let kept = min(size * count, CurlTransport.bodyLimit - transfer.body.count)
    transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: kept))
    return size * count
  }

  /// What came of it. To be asked before the handle leaves the multi handle.
  func result(_ code: CURLcode) -> Result<HTTPResponse, TransportError> {
    guard code == CURLE_OK else {
      let failure = Failure(
        code: code, handle: handle, detail: errorText.text, tls: request.tls, timeout: request.timeout,
        connectTimeout: connectTimeout)
      return .failure(failure.error(at: (try? Address(url: request.url))?.description ?? "the URL"))
    }
    let status = weir_curl_long(handle, CURLINFO_RESPONSE_CODE)
    return .success(HTTPResponse(status: status, headers: head.headers, body: body))
  }

  /// Answers the task that waits.
  func finish(_ result: Result<HTTPResponse, TransportError>) {
    continuation.resume(returning: result)
  }
}
