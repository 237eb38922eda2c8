internal import CSpawn
internal import Dispatch
internal import Glibc
internal import PluginKit
internal import Synchronization

/// A program that runs beside Weir, in a process group of its own, with pipes for its standard input, output and error.
///
/// Its group is ended with it, so nothing that it started outlives it; whatever becomes of it, it is waited for.
final class ChildProcess: Sendable {
  /// Our end of its standard input; writing never waits.
  let input: Int32
  /// Our end of its standard output; reading never waits.
  let output: Int32

  private let pid: pid_t
  /// How it ended, as `waitpid` says it; nil while it runs.
  private let status = Mutex<Int32?>(nil)
  /// Empty once it has ended.
  private let running = DispatchGroup()

  /// - Parameter onError: takes each line that the program writes to its standard error.
  /// - Throws: `SpawnError` with the system's reason.
  init(_ launch: ProgramLaunch, onError: @escaping @Sendable ([UInt8]) -> Void) throws(SpawnError) {
    let pipes = try Pipes()
    let pid: pid_t
    do throws(SpawnError) {
      pid = try Self.spawn(launch, pipes)
    } catch {
      pipes.closeAll()
      throw error
    }
    pipes.closeTheirs()
    self.pid = pid
    (input, output) = (pipes.ours[0], pipes.ours[1])
    let error = pipes.ours[2]
    running.enter()
    DispatchQueue(label: "weir.program.end").async { self.waitForEnd() }
    DispatchQueue(label: "weir.program.error").async { ErrorLines.read(error, onError) }
  }

  deinit {
    close(input)
    close(output)
  }

  /// Closes its input, and waits; where it goes on, asks it to end (SIGTERM), and then ends it (SIGKILL). Blocks.
  ///
  /// - Parameter patience: how long it may take after its input was closed, and again after SIGTERM.
  func end(patience: Duration) {
    closeInput()
    if ends(within: patience) { return }
    signal(SIGTERM)
    if ends(within: patience) { return }
    signal(SIGKILL)
    running.wait()
  }

  /// Waits until it has ended; false where it still runs. Blocks.
  func ends(within time: Duration) -> Bool {
    running.wait(timeout: .now() + time / .seconds(1)) == .success
  }

  /// How it ended, as the end of a sentence; nil while it runs.
  var ending: String? {
    guard let status = status.withLock({ $0 }) else { return nil }
    // The layout is that of wait(2)'s macros, which Swift does not see.
    let signal = status & 0x7F
    return signal == 0 ? "ended with status \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
  }

  /// The end of its input is how a program learns that there is no more to do. The number stays taken until `deinit`.
  private func closeInput() {
    let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard nothing >= 0 else { return }
    dup3(nothing, input, O_CLOEXEC)
    close(nothing)
  }

  private func signal(_ number: Int32) {
    // Under the lock, so that the number is still this child's.
    status.withLock { if $0 == nil { _ = kill(-pid, number) } }
  }

  private func waitForEnd() {
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    status.withLock { status in
      // It has ended but is not yet taken away, so its group is still its own.
      kill(-pid, SIGKILL)
      var ended: Int32 = 0
      while waitpid(pid, &ended, 0) < 0, errno == EINTR {}
      status = ended
    }
    running.leave()
  }

  private static func spawn(_ launch: ProgramLaunch, _ pipes: Pipes) throws(SpawnError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in pipes.theirs.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Weir ignores and blocks signals that a program must get.
    var all = sigset_t()
    var none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var pid = pid_t()
    let words = launch.words.map { strdup($0) } + [nil]
    let variables = launch.variables.map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var code = posix_spawn(&pid, launch.path, &actions, &attributes, words, variables)
    // It was written just now, and a child of somebody else's has it open until it becomes another program.
    for _ in 0..<50 where code == ETXTBSY {
      usleep(10_000)
      code = posix_spawn(&pid, launch.path, &actions, &attributes, words, variables)
    }
    guard code == 0 else { throw SpawnError(code) }
    return pid
  }
}

/// Why a program could not be started, in the system's words.
struct SpawnError: Error {
  let reason: String
  /// True where it may work later as it is: processes, memory or descriptors are short, or the program is being written.
  let isPassing: Bool

  init(_ code: Int32) {
    reason = String(cString: strerror(code))
    isPassing = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(code)
  }
}

/// Three pipes: to a child's standard input, from its output and its error.
private struct Pipes {
  /// Our ends, in that order.
  private(set) var ours: [Int32] = []
  /// The child's.
  private(set) var theirs: [Int32] = []

  init() throws(SpawnError) {
    for number in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard pipe2(&ends, O_CLOEXEC) == 0 else {
        let code = errno
        closeAll()
        throw SpawnError(code)
      }
      let isInput = number == 0
      ours.append(isInput ? ends[1] : ends[0])
      theirs.append(isInput ? ends[0] : ends[1])
    }
    // A pipe's two ends wait or do not wait each for itself. The lines of its error are read by a thread that may wait.
    for descriptor in ours.prefix(2) { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
  }

  func closeTheirs() { theirs.forEach { close($0) } }

  func closeAll() { (ours + theirs).forEach { close($0) } }
}
