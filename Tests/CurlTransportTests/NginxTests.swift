import CurlTransport
import PluginKit
import Testing

@Suite(
  .serialized, .timeLimit(.minutes(15)),
  .enabled(
    if: TestServer.canRun("nginx", "openssl"), "needs nginx and openssl: apt-get install nginx-light openssl"))
struct NginxTests {
  private let folder: String
  private let port: Int
  private let server: TestServer
  private static let names = ["good", "wrong-host", "expired", "self-signed", "stranger"]

  init() throws {
    folder = try TestServer.folder()
    port = TestServer.freePorts(Self.names.count + 1)
    server = try TestServer(
      "nginx.sh", [folder, String(port), String(port + 1)] + Self.names,
      readyPorts: Array(port...port + Self.names.count))
  }

  private var tls: TLSOptions { TLSOptions(caFile: folder + "/ca.pem") }

  /// The port that shows this certificate.
  private func port(_ name: String) -> Int { port + 1 + (Self.names.firstIndex(of: name) ?? 0) }

  @Test func `plain requests are HTTP/1.1, and HTTP/2 is used where TLS offers it`() async throws {
    let transport = CurlTransport()
    let plain = try await transport.send(HTTPRequest(url: "http://localhost:\(port)/", body: [1]))
    #expect(plain[header: "x-protocol"] == "HTTP/1.1")
    let secure = try await transport.send(
      HTTPRequest(url: "https://localhost:\(port("good"))/", body: [1], tls: tls))
    #expect(secure[header: "x-protocol"] == "HTTP/2.0")
    #expect(secure.status == 200 && secure.body == Array("ok".utf8))
  }

  @Test func `an HTTP/2 connection serves requests at once, and after each other`() async throws {
    let transport = CurlTransport()
    let request = HTTPRequest(url: "https://localhost:\(port("good"))/", body: [1], tls: tls)
    let first = try await transport.send(request)[header: "x-connection"]
    let others = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { try await transport.send(request)[header: "x-connection"] } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(others == [first])
  }

  private static let refusals = [
    ("expired", "the server's certificate has expired"),
    ("self-signed", "the server's certificate is self-signed and not trusted"),
    (
      "stranger",
      "the server's certificate is from an authority that is not trusted; does 'ca_file' name the right one?"
    ),
    (
      "wrong-host",
      "the server's certificate is for another host"
        + " (SSL: no alternative certificate subject name matches target host name 'localhost')"
    ),
  ]

  @Test(arguments: refusals)
  func `FAULTS 47: a certificate is refused with the reason, over HTTP and as a stream`(
    name: String, reason: String
  ) async {
    await #expect(throws: TransportError("https://localhost:\(port(name)): \(reason)")) {
      try await CurlTransport().send(HTTPRequest(url: "https://localhost:\(port(name))/secret", tls: tls))
    }
    await #expect(throws: TransportError("tls://localhost:\(port(name)): \(reason)")) {
      _ = try await CurlTransport().connect(
        to: .tls(host: "localhost", port: port(name), tls), timeout: .seconds(60))
    }
  }

  @Test func `the name in the certificate can be told`() async throws {
    var tls = tls
    tls.serverName = "elsewhere.example"
    let response = try await CurlTransport().send(
      HTTPRequest(url: "https://127.0.0.1:\(port("wrong-host"))/", tls: tls))
    #expect(response.status == 200)
    let stream = try await CurlTransport().connect(
      to: .tls(host: "127.0.0.1", port: port("wrong-host"), tls), timeout: .seconds(60))
    await stream.close()
  }

  @Test func `a CA file that is missing is named, and trying again does not help`() async {
    let request = HTTPRequest(url: "https://localhost:\(port("good"))/", tls: TLSOptions(caFile: "/nowhere/ca.pem"))
    await #expect(
      throws: TransportError(
        "https://localhost:\(port("good")): cannot read the CA file '/nowhere/ca.pem'; is it PEM?", isPermanent: true)
    ) {
      try await CurlTransport().send(request)
    }
  }

  @Test func `without a CA file the system's authorities count, and the test's is none of them`() async {
    await #expect(throws: TransportError.self) {
      try await CurlTransport().send(HTTPRequest(url: "https://localhost:\(port("good"))/"))
    }
  }
}
