import Foundation
import Glibc

/// A real server, started by a script of `scripts/test-servers/` in a folder of its own.
final class TestServer {
  /// The script's process; the script replaces itself with the server.
  private var process: Process?
  private let script: String
  private let arguments: [String]
  private let readyPorts: [Int]

  /// Starts the server and waits until it listens.
  ///
  /// - Parameters:
  ///   - arguments: the script's; the first is the server's folder, which goes with this object.
  ///   - readyPorts: TCP ports that must answer.
  init(_ script: String, _ arguments: [String], readyPorts: [Int]) throws {
    self.script = script
    self.arguments = arguments
    self.readyPorts = readyPorts
    try start()
  }

  deinit {
    if let process {
      process.terminate()
      // rsyslog takes seconds to end, and nobody needs what it still has to do.
      for _ in 0..<50 where process.isRunning { usleep(10_000) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    if let folder = arguments.first { try? FileManager.default.removeItem(atPath: folder) }
  }

  func start() throws {
    let process = Self.process(script, arguments)
    try process.run()
    self.process = process
    let deadline = ContinuousClock.now + .seconds(120)
    while !readyPorts.allSatisfy(Self.answers) {
      guard process.isRunning, .now < deadline else { throw Failure("\(script) does not listen on \(readyPorts)") }
      usleep(10_000)
    }
  }

  /// Asks the server to end, as `systemctl stop` does, and waits for it.
  func stop() {
    process?.terminate()
    process?.waitUntilExit()
    process = nil
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  // MARK: What a test needs besides

  /// Runs a script of the same folder to its end.
  static func run(_ script: String, _ arguments: [String]) throws {
    let process = process(script, arguments)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure("\(script) failed") }
  }

  /// A new folder, with certificates of `certificates.sh` in it.
  static func folder() throws -> String {
    let folder = NSTemporaryDirectory() + "weir-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // nginx's workers are another user, who must get in.
    chmod(folder, 0o755)
    let made = try certificates.get()
    for name in try FileManager.default.contentsOfDirectory(atPath: made) {
      try FileManager.default.copyItem(atPath: made + "/" + name, toPath: folder + "/" + name)
    }
    return folder
  }

  /// Made once.
  private static let certificates = Result {
    let folder = NSTemporaryDirectory() + "weir-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try run("certificates.sh", [folder])
    return folder
  }

  /// That many TCP ports in a row that nobody uses now.
  static func freePorts(_ count: Int) -> Int {
    while true {
      let first = Int.random(in: 20_000..<32_000)
      if (first..<first + count).allSatisfy({ !answers($0) }) { return first }
    }
  }

  private static func process(_ script: String, _ arguments: [String]) -> Process {
    let process = Process()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    process.executableURL = URL(fileURLWithPath: root.path + "/scripts/test-servers/" + script)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = (environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
    process.environment = environment
    return process
  }

  private static func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return Loopback.withAddress(port: port) { connect(descriptor, $0, $1) } == 0
  }

  /// True where the programs are installed, and in CI always: there a test must fail, not skip, when one is missing.
  static func canRun(_ programs: String...) -> Bool {
    if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
    return programs.allSatisfy { program in
      ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/", "/usr/local/bin/"].contains { access($0 + program, X_OK) == 0 }
    }
  }

  /// True where syslog-ng could be unpacked; see `syslog-ng.sh`.
  static let canRunSyslogNG: Bool = {
    if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
    return (try? run("syslog-ng.sh", ["--prepare"])) != nil
  }()
}

/// Addresses on this machine.
enum Loopback {
  static func withAddress<Result>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
