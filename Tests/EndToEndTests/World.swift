import Foundation
import Testing

/// A folder of its own with a configuration, and what runs of `weir` leave in it.
struct World: ~Copyable {
  let folder: String

  /// - Parameter configuration: the text of `config.yaml`; nil for one that reads standard input and writes `out.ndjson`.
  init(_ configuration: String? = nil) throws {
    folder = NSTemporaryDirectory() + "weir-faults-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try configure(configuration ?? Self.configuration())
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func configure(_ text: String) throws {
    try write(text, "config.yaml")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/config.yaml")
  }

  /// A configuration with one route to all of `outputs`, each with its line of YAML.
  static func configuration(
    input: String = "stdin: {}", outputs: [(name: String, line: String)] = [("archive", "file: {path: out.ndjson}")]
  ) -> String {
    """
    inputs: [{\(input)}]
    outputs:
    \(outputs.map { "  \($0.name): {\($0.line)}" }.joined(separator: "\n"))
    routes: [{to: [\(outputs.map(\.name).joined(separator: ", "))]}]
    state: state
    """
  }

  static func webhook(_ receiver: Receiver, batch: Int = 50, timeout: String = "5s") -> String {
    "webhook: {url: \"\(receiver.url)\", batch: \(batch), timeout: \(timeout)}"
  }

  func write(_ text: String, _ name: String) throws { try write(Data(text.utf8), name) }

  func write(_ data: Data, _ name: String) throws {
    let place = URL(filePath: folder + "/" + name)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: place)
  }

  func append(_ text: String, to name: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: folder + "/" + name))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: folder + "/" + name) ?? Data(), as: UTF8.self)
  }

  func lines(_ name: String) -> [String] { text(name).split(separator: "\n").map(String.init) }

  /// The numbers of the alerts in a file of JSON lines; nil for a line without one.
  func numbers(_ name: String) -> [Int?] {
    lines(name).map { $0.firstMatch(of: /"seq":(\d+)/).flatMap { Int($0.1) } }
  }

  /// Input that cannot be processed, and alerts that could not be delivered.
  var deadLetters: [DeadLetter] {
    lines("state/dead-letters.ndjson").map { line in
      (try? JSONDecoder().decode(DeadLetter.self, from: Data(line.utf8))) ?? DeadLetter(reason: "NO JSON: \(line)")
    }
  }

  var ledger: String { text("ledger.json") }

  /// Starts `weir run`.
  func start(
    _ arguments: [String] = [], drain: String = "20s", input: String = "/dev/null", descriptor: Int32? = nil,
    output: String? = nil, outputPipe: Feed? = nil, environment: [String: String] = [:]
  ) throws -> WeirProcess {
    try WeirProcess(
      ["run", "-c", "config.yaml", "--ledger", "ledger.json", "--drain-timeout", drain] + arguments, in: folder,
      input: input, descriptor: descriptor, output: output, outputPipe: outputPipe,
      environment: environment)
  }

  /// Runs `weir run` on a text at standard input, to its end.
  func run(_ text: String, _ arguments: [String] = [], drain: String = "20s") async throws -> WeirProcess.End {
    try write(text, "stdin")
    return try await start(arguments, drain: drain, input: folder + "/stdin").end()
  }
}

struct DeadLetter: Codable, Equatable {
  var reason: String
  var source: String?
  var line: Int?
  var output: String?
}

/// Alerts with sequential numbers, one a line.
func alerts(_ numbers: some Sequence<Int>) -> String {
  numbers.map { #"{"seq":\#($0),"severity":"high","message":"something happened"}"# + "\n" }.joined()
}

/// Waits until something holds that a process makes true; false after `limit`.
func eventually(within limit: Duration = .seconds(60), _ holds: () -> Bool) async throws -> Bool {
  let deadline = ContinuousClock.now + limit
  while !holds() {
    guard ContinuousClock.now < deadline else { return false }
    try await Task.sleep(for: .milliseconds(2))
  }
  return true
}
