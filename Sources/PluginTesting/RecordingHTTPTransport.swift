public import PluginKit
internal import Synchronization

/// Answers HTTP requests as a test says, and remembers them. No network.
public final class RecordingHTTPTransport: HTTPTransport {
  /// What becomes of one request.
  public enum Answer: Sendable {
    case response(HTTPResponse)
    case failure(TransportError)

    /// A response with a text body.
    public static func status(
      _ status: Int, _ body: String = "", headers: [(name: String, value: String)] = []
    ) -> Answer {
      .response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }
  }

  private let answer: @Sendable (HTTPRequest, Int) async -> Answer
  private let recorded = Mutex<[HTTPRequest]>([])

  /// - Parameter answers: one for each request in turn; the last one also for every request after. With none, every
  ///   request gets `200` with the body `ok`.
  public convenience init(_ answers: Answer...) {
    let answers = answers.isEmpty ? [.status(200, "ok")] : answers
    self.init { _, index in answers[min(index, answers.count - 1)] }
  }

  /// - Parameter answer: makes the answer from the request and its number, from 0. It may suspend.
  public init(answering answer: @escaping @Sendable (HTTPRequest, Int) async -> Answer) {
    self.answer = answer
  }

  /// The requests so far, in order.
  public var requests: [HTTPRequest] { recorded.withLock { $0 } }

  /// The requests' bodies as text.
  public var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let index = recorded.withLock { recorded in
      recorded.append(request)
      return recorded.count - 1
    }
    switch await answer(request, index) {
    case .response(let response): return response
    case .failure(let error): throw error
    }
  }
}

extension HTTPRequest {
  /// The first header of that name, whatever its case.
  public subscript(header name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
