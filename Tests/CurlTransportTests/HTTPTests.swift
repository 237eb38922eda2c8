import CurlTransport
import Foundation
import PluginKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15)))
struct HTTPTests {
  private func answer(_ body: String, _ head: String = "HTTP/1.1 200 OK") -> String {
    "\(head)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func reason(_ request: HTTPRequest, _ transport: CurlTransport = CurlTransport()) async -> TransportError? {
    do {
      _ = try await transport.send(request)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a request arrives as it was given, and the response comes back with names in lower case`() async throws {
    let seen = Mutex("")
    let server = ScriptedServer { connection, _ in
      seen.withLock { $0 = connection.readRequest() ?? "" }
      connection.write("HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nok")
    }
    let request = HTTPRequest(
      url: "http://127.0.0.1:\(server.port)/a/b?c=d", headers: [("X-Empty", ""), ("X-Id", "7")], body: Array("hi".utf8))
    let response = try await CurlTransport().send(request)
    #expect(response.status == 201)
    #expect(response[header: "x-one"] == "1")
    #expect(response.body == Array("ok".utf8))
    #expect(
      seen.withLock { $0 } == """
        POST /a/b?c=d HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: weir\r
        Accept: */*\r
        X-Empty:\r
        X-Id: 7\r
        Content-Length: 2\r
        \r
        hi
        """)
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "DELETE"])
  func `other methods are sent too`(method: String) async throws {
    let server = ScriptedServer { connection, _ in
      let request = connection.readRequest() ?? ""
      connection.write(
        "HTTP/1.1 200 OK\r\nX-Method: \(request.prefix { $0 != " " })\r\nContent-Length: 0\r\n\r\n")
    }
    let response = try await CurlTransport().send(HTTPRequest(method: method, url: "http://127.0.0.1:\(server.port)/"))
    #expect(response[header: "x-method"] == method)
  }

  @Test func `a slow server does not hold up a request to another`() async throws {
    let isReleased = DispatchSemaphore(value: 0)
    let isAsked = DispatchSemaphore(value: 0)
    let slow = ScriptedServer { [answer] connection, _ in
      var count = 0
      while connection.readRequest() != nil {
        count += 1
        if count > 1 {
          isAsked.signal()
          isReleased.wait()
        }
        connection.write(answer("ok", "HTTP/1.1 200 OK"))
      }
    }
    let quick = ScriptedServer { [answer] connection, _ in
      while connection.readRequest() != nil { connection.write(answer("ok", "HTTP/1.1 200 OK")) }
    }
    let transport = CurlTransport()
    let (slowRequest, quickRequest) = (
      HTTPRequest(url: "http://127.0.0.1:\(slow.port)/", timeout: .seconds(60)),
      HTTPRequest(url: "http://127.0.0.1:\(quick.port)/", timeout: .seconds(60))
    )
    // Connections that are open already have no timers that would wake the thread.
    _ = try await transport.send(slowRequest)
    _ = try await transport.send(quickRequest)
    async let waiting = transport.send(slowRequest)
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "asked").async {
        isAsked.wait()
        continuation.resume()
      }
    }
    // Not answered before the other is: 60 seconds would go by.
    for _ in 0..<20 { #expect(try await transport.send(quickRequest).status == 200) }
    isReleased.signal()
    #expect(try await waiting.status == 200)
  }

  @Test func `one connection serves requests one after the other`() async throws {
    let server = ScriptedServer { [answer] connection, _ in
      while connection.readRequest() != nil { connection.write(answer("ok", "HTTP/1.1 200 OK")) }
    }
    let transport = CurlTransport()
    for _ in 0..<20 {
      let response = try await transport.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
      #expect(response.status == 200)
    }
    #expect(server.connectionCount == 1)
  }

  @Test func `requests at once do not wait for each other where a server closes its connections`() async throws {
    let arrived = DispatchSemaphore(value: 0)
    let isReleased = DispatchSemaphore(value: 0)
    let server = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      arrived.signal()
      isReleased.wait()
      connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    }
    let transport = CurlTransport()
    let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", timeout: .seconds(20))
    // None is answered before all four have arrived.
    DispatchQueue(label: "release").async {
      for _ in 0..<4 { arrived.wait() }
      for _ in 0..<4 { isReleased.signal() }
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 { group.addTask { try await transport.send(request).status } }
      for try await status in group { #expect(status == 200) }
    }
  }

  @Test func `an answer that is not HTTP is a passing fault`() async {
    let server = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      connection.write("220 mail.corp.example ESMTP\r\n")
    }
    let error = await reason(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
    #expect(
      error
        == TransportError(
          "http://127.0.0.1:\(server.port): what came back is not HTTP that libcurl understands", isPermanent: false))
  }

  @Test func `a redirect is an answer like any other`() async throws {
    let server = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    }
    let response = try await CurlTransport().send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
    #expect(response.status == 302)
    #expect(server.connectionCount == 1)
  }

  @Test func `of a long response the first 64 KiB are kept`() async throws {
    let server = ScriptedServer { [answer] connection, _ in
      _ = connection.readRequest()
      connection.write(answer(String(repeating: "x", count: 300_000), "HTTP/1.1 200 OK"))
    }
    let response = try await CurlTransport().send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
    #expect(response.body.count == 65_536)
  }

  @Test func `a body of megabytes is sent without asking for permission`() async throws {
    let size = 5 << 20
    let server = ScriptedServer { connection, _ in
      let request = connection.readRequest() ?? ""
      let asked = request.contains("Expect:")
      connection.write("HTTP/1.1 200 OK\r\nX-Asked: \(asked)\r\nContent-Length: 0\r\n\r\n")
    }
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
    let response = try await CurlTransport().send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/", body: body))
    #expect(response[header: "x-asked"] == "false")
  }

  @Test func `a response that comes byte by byte times out`() async {
    let server = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
      while connection.write("x") { usleep(20_000) }
    }
    let error = await reason(
      HTTPRequest(url: "http://127.0.0.1:\(server.port)/secret", timeout: .seconds(1)))
    #expect(error?.reason == "http://127.0.0.1:\(server.port): no complete response within 1 s")
    #expect(error?.isPermanent == false)
  }

  @Test func `a connection that ends before the response is an error that says so`() async {
    let silent = ScriptedServer { connection, _ in _ = connection.readRequest() }
    let short = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    }
    #expect(
      await reason(HTTPRequest(url: "http://127.0.0.1:\(silent.port)/"))?.reason
        == "http://127.0.0.1:\(silent.port): the connection was closed before a response came")
    #expect(
      await reason(HTTPRequest(url: "http://127.0.0.1:\(short.port)/"))?.reason
        == "http://127.0.0.1:\(short.port): the connection was closed in the middle of the response")
  }

  @Test func `a cancelled task gets its answer at once, and the connection is dropped`() async {
    let (gone, ended) = AsyncStream<Void>.makeStream()
    let (arrived, started) = AsyncStream<Void>.makeStream()
    let server = ScriptedServer { connection, _ in
      _ = connection.readRequest()
      started.yield()
      _ = connection.read()
      ended.yield()
    }
    let port = server.port
    let transport = CurlTransport()
    let task = Task { await reason(HTTPRequest(url: "http://127.0.0.1:\(port)/", timeout: .seconds(50)), transport) }
    for await _ in arrived { break }
    task.cancel()
    #expect(await task.value?.reason == "http://127.0.0.1:\(port): cancelled")
    for await _ in gone { break }
  }

  @Test func `a task that was cancelled before sends nothing`() async {
    let server = ScriptedServer { connection, _ in _ = connection.readRequest() }
    let port = server.port
    let (never, _) = AsyncStream<Void>.makeStream()
    let task = Task {
      for await _ in never {}
      return await reason(HTTPRequest(url: "http://127.0.0.1:\(port)/", timeout: .seconds(50)))
    }
    task.cancel()
    #expect(await task.value?.reason == "http://127.0.0.1:\(port): cancelled")
    #expect(server.connectionCount == 0)
  }

  @Test func `what fails is named without the path, which may be a secret`() async {
    let port = TestServer.freePorts(1)
    let error = await reason(HTTPRequest(url: "http://user:password@127.0.0.1:\(port)/services/T0/B0/secret?key=1"))
    #expect(error?.reason == "http://127.0.0.1:\(port): cannot connect: connection refused")
    let unknown = await reason(HTTPRequest(url: "https://no-such-host.invalid/services/secret"))
    #expect(unknown?.reason == "https://no-such-host.invalid:443: the name cannot be resolved")
  }

  @Test(
    arguments: [
      ("ftp://host/secret", "the URL must begin with http:// or https://"),
      ("http://host/sec ret", "the URL contains a space or a control character"),
      ("http://host:99999/secret", "the URL: the URL is not valid"),
    ])
  func `a URL that cannot be used is refused for good`(url: String, expected: String) async {
    let error = await reason(HTTPRequest(url: url))
    #expect(error == TransportError(expected, isPermanent: true))
  }

  @Test(
    arguments: [
      ("X-A", "1\r\nX-B: 2", "the value of the header 'X-A' contains a line break or another control character"),
      ("X-A", "1\0", "the value of the header 'X-A' contains a line break or another control character"),
      ("X A", "1", "'X A' cannot be the name of a header"),
      ("X\nA", "1", "'X\u{FFFD}A' cannot be the name of a header"),
    ])
  func `a header cannot bring another one along`(name: String, value: String, expected: String) async {
    let error = await reason(HTTPRequest(url: "http://127.0.0.1:1/", headers: [(name, value)]))
    #expect(error == TransportError(expected, isPermanent: true))
  }

  @Test func `many tasks at once each get their own response`() async throws {
    let server = ScriptedServer { connection, _ in
      while let request = connection.readRequest() {
        let path = request.split(separator: " ")[1]
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
      }
    }
    let transport = CurlTransport()
    let port = server.port
    let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          let response = try await transport.send(HTTPRequest(url: "http://127.0.0.1:\(port)/\(number)"))
          return response.body != Array("/\(number)".utf8)
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(wrong == 0)
  }
}
