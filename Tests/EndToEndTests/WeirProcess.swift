import Foundation
import Glibc

/// The built `weir` as a process of its own, with standard input, output and error in files.
struct WeirProcess {
  let id: pid_t
  let errors: String
  private let started = ContinuousClock.now

  /// How a process ended.
  struct End {
    /// nil where a signal ended it.
    let exitCode: Int32?
    let signal: Int32?
    /// The most memory that it had, in bytes, as seen every few milliseconds.
    let peakMemory: Int
    /// When that was seen.
    let ended: ContinuousClock.Instant
    /// What it wrote to standard error.
    let said: String
  }

  /// The binary: what `WEIR_BINARY` names, else the one that was built beside the tests.
  static var path: String {
    if let named = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return named }
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? executable
    return URL(filePath: bundle).deletingLastPathComponent().appending(path: "weir").path()
  }

  /// - Parameters:
  ///   - input: a file for standard input, or a descriptor that the caller closes.
  ///   - output: a file for standard output; nil for `stdout` in the folder.
  ///   - outputPipe: what standard output is instead.
  init(
    _ arguments: [String], in folder: String, input: String = "/dev/null", descriptor: Int32? = nil,
    output: String? = nil, outputPipe: Feed? = nil, environment: [String: String] = [:]
  ) throws {
    errors = folder + "/stderr-\(UUID().uuidString)"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let descriptor {
      posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    }
    if let outputPipe {
      posix_spawn_file_actions_adddup2(&actions, outputPipe.descriptor, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, output ?? folder + "/stdout", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let path = Self.path
    guard access(path, X_OK) == 0 else { throw SpawnFailure(path: path, code: errno) }
    var id = pid_t()
    // `env` changes the folder and becomes the program: the process id stays.
    let code = Self.withCStrings(["env", "--chdir=" + folder, path] + arguments) { arguments in
      Self.withCStrings(variables) { posix_spawnp(&id, "env", &actions, nil, arguments, $0) }
    }
    guard code == 0 else { throw SpawnFailure(path: path, code: code) }
    self.id = id
  }

  func send(_ signal: Int32) { kill(id, signal) }

  /// What it has written to standard error up to now.
  var said: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

  /// Waits for its end on a thread of its own; ends it after `limit`, or with `signal` after `delay`.
  func end(within limit: Duration = .seconds(150), sending signal: (Int32, after: Duration)? = nil) async -> End {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: waitForEnd(limit, signal)) }
    }
  }

  private func waitForEnd(_ limit: Duration, _ signal: (Int32, after: Duration)?) -> End {
    var signal = signal
    var peak = 0
    var status: Int32 = 0
    while waitpid(id, &status, WNOHANG) == 0 {
      let time = ContinuousClock.now - started
      if let (number, delay) = signal, time >= delay {
        kill(id, number)
        signal = nil
      }
      if time > limit { kill(id, SIGKILL) }
      peak = max(peak, highWaterMark)
      usleep(2000)
    }
    let ended = ContinuousClock.now
    let number = status & 0x7F
    return End(
      exitCode: number == 0 ? (status >> 8) & 0xFF : nil, signal: number == 0 ? nil : number, peakMemory: peak,
      ended: ended, said: said)
  }

  /// True once SIGTERM ends the reading and no longer the process.
  var takesSignals: Bool {
    guard let caught = status("SigCgt:").flatMap({ UInt64($0, radix: 16) }) else { return false }
    return caught & 1 << (UInt64(SIGTERM) - 1) != 0
  }

  /// `VmHWM`: what wait4 says holds the parent's memory too, where the child began as a copy of it.
  private var highWaterMark: Int {
    (status("VmHWM:").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0) * 1024
  }

  /// A line of what the kernel says of the process, without its name.
  private func status(_ name: String) -> String? {
    guard let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    return line.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
  }
}

struct SpawnFailure: Error, CustomStringConvertible {
  let path: String
  let code: Int32

  var description: String { "cannot start \(path): \(String(cString: strerror(code))); swift build --product weir" }
}
