import CommandOutput
import Foundation
import PluginKit
import PluginTesting
import Testing

/// What becomes of alerts that are handed to a program.
@Suite(.timeLimit(.minutes(5))) struct CommandOutputTests {
  private static let ok = #"echo '{"result": "ok"}'"#

  private func output(
    _ script: Script, _ settings: (String, LocatedNode)..., timeout: Duration = .seconds(60),
    clock: ManualClock = ManualClock(), log: RecordingLog = RecordingLog()
  ) throws -> CommandOutput {
    var all = script.settings()
    if case .mapping(let entries) = all.content {
      let more = settings.map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }
      all = LocatedNode(.mapping(entries + more), at: all.place)
    }
    var context = PluginContext.testing(name: "tickets", clock: clock, logger: log.logger)
    context.requestTimeout = timeout
    let output = try CommandOutput(options: CommandOptions(all), context: context)
    try output.load()
    return output
  }

  /// What became of so many alerts; empty where all were accepted.
  private func outcomes(of output: CommandOutput, _ count: Int) async throws -> [Int: DeliveryError.Outcome] {
    let documents = (1...count).map { #"{"rule":{"name":"rule \#($0)"}}"# }
    let batch = DeliveryBatch(try AlertFixtures().block(documents))
    do throws(DeliveryError) {
      try await output.deliver(batch)
      return [:]
    } catch {
      return error.outcomes
    }
  }

  @Test func `one program gets each alert as a line, with its id, and accepts it`() async throws {
    let script = try Script(
      "echo started >> $1/starts\nwhile read -r line; do echo \"$line\" >> $1/lines; \(Self.ok); done")
    let output = try output(script)
    #expect(try await outcomes(of: output, 2) == [:])
    #expect(try await outcomes(of: output, 1) == [:])
    await output.stop()
    #expect(script.text("starts") == "started")
    let lines = script.text("lines").split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == #"{"rule":{"name":"rule 1"},"weir":{"alert_id":"alert-1"}}"#)
  }

  @Test func `each answer counts for its alert`() async throws {
    let script = try Script(
      #"""
      read -r a; echo '{"result": "refuse", "reason": "too old"}'
      read -r b; echo '{"result": "ok"}'
      read -r c; echo '{"result": "retry", "reason": "busy", "after": "30s"}'
      read -r d; echo '{"result": "retry"}'
      read -r e
      """#)
    let output = try output(script)
    #expect(
      try await outcomes(of: output, 4) == [
        0: .reject(reason: "the program refused it: too old"),
        2: .retry(reason: "the program asks for another try: busy", after: .seconds(30)),
        3: .retry(reason: "the program asks for another try", after: nil),
      ])
    await output.stop()
  }

  @Test func `what a program did not answer before it ended is tried again, by another one`() async throws {
    let script = try Script("read -r line; \(Self.ok); exit 3")
    let output = try output(script)
    let reason = "the program ended with status 3"
    #expect(
      try await outcomes(of: output, 3) == [
        1: .retry(reason: reason, after: nil), 2: .retry(reason: reason, after: nil),
      ])
    #expect(try await outcomes(of: output, 1) == [:])
    await output.stop()
  }

  @Test func `a program that hangs is ended with all that it started`() async throws {
    let script = try Script("echo $$ > $1/pid; sleep 1000 & echo $! > $1/child; trap '' TERM; read -r line; wait")
    let output = try output(script, timeout: .seconds(3))
    #expect(
      try await outcomes(of: output, 1) == [0: .retry(reason: "the program gave no answer within 3s", after: nil)])
    #expect(!script.text("pid").isEmpty && !script.runs("pid"))
    // A signal has been sent; that it has arrived may take a moment.
    while script.runs("child") { await Task.yield() }
  }

  @Test func `a program that closes its input is waited for, and no longer than that`() async throws {
    let script = try Script("exec 0<&-; sleep 1000")
    let output = try output(script, timeout: .seconds(2))
    let expected = DeliveryError.Outcome.retry(reason: "the program gave no answer within 2s", after: nil)
    #expect(try await outcomes(of: output, 2) == [0: expected, 1: expected])
  }

  @Test(
    "what is no answer is shouted about",
    arguments: [
      ("echo hello", "its answer is no object of JSON: 'hello'"),
      ("echo '[]'", "its answer is no object of JSON: '[]'"),
      ("echo '{}'", #"its answer's "result" is none of "ok", "retry", "refuse""#),
      (#"echo '{"result": "fine"}'"#, #"its answer's "result" is none of "ok", "retry", "refuse""#),
      (#"echo '{"result": "retry", "after": 3}'"#, #"its answer has 'after', not "result", "reason" or "after""#),
      ("head -c 3000000 /dev/zero | tr '\\0' x; echo", "its answer is longer than 1MiB"),
      (#"printf '\033[2J\377\n'"#, "its answer is no object of JSON: '\\u{1b}[2J\u{FFFD}'"),
    ])
  func refusesNonsense(answer: String, reason: String) async throws {
    let script = try Script("read -r line; \(answer); read -r line")
    defer { withExtendedLifetime(script) {} }
    let output = try output(script)
    #expect(
      try await outcomes(of: output, 1) == [0: .unauthorized(reason: "the program is not understood: \(reason)")])
  }

  @Test func `lines of ten megabytes go through`() async throws {
    let script = try Script("while read -r line; do echo ${#line} >> $1/lengths; \(Self.ok); done")
    let output = try output(script)
    let long = #"{"rule":{"name":"\#(String(repeating: "x", count: 10_000_000))"}}"#
    try await output.deliver(DeliveryBatch(try AlertFixtures().block([long, "{}"])))
    #expect(script.text("lengths").hasPrefix("100000"))
    await output.stop()
  }

  @Test func `more lines than one end the program that was asked one, and its first answer stands`() async throws {
    // Both lines in one write: whatever comes later may be taken for the next answer.
    let script = try Script(
      #"echo started >> $1/starts; while read -r line; do printf '{"result":"ok"}\n{"result":"ok"}\n'; done"#)
    let output = try output(script)
    #expect(try await outcomes(of: output, 1) == [:])
    #expect(try await outcomes(of: output, 1) == [:])
    await output.stop()
    #expect(script.text("starts") == "started\nstarted")
  }

  @Test func `no answer counts where a number of lines got more answers than lines`() async throws {
    let script = try Script(
      #"read -r line; read -r line; printf '{"result":"ok"}\n{"result":"ok"}\n{"result":"ok"}\n'; read -r line"#)
    let output = try output(script)
    let reason = "the program is not understood: it answered more lines than it was asked"
    #expect(
      try await outcomes(of: output, 2) == [0: .unauthorized(reason: reason), 1: .unauthorized(reason: reason)])
    await output.stop()
  }

  @Test func `an answer does not count for an alert that the program has not been given`() async throws {
    let script = try Script("\(Self.ok); sleep 1000")
    defer { withExtendedLifetime(script) {} }
    let output = try output(script)
    let long = #"{"message":"\#(String(repeating: "x", count: 300_000))"}"#
    let batch = DeliveryBatch(try AlertFixtures().block([long, long, long]))
    let reason = "the program is not understood: it answered lines that it had not been given yet"
    let error = await #expect(throws: DeliveryError.self) { try await output.deliver(batch) }
    #expect(error?.outcomes == DeliveryError(all: 3, .unauthorized(reason: reason)).outcomes)
  }

  @Test func `one that is silent is ended at once when nobody waits for it any more`() async throws {
    let script = try Script("read -r line; echo $$ > $1/pid; exec sleep 1000")
    let output = try output(script, timeout: .seconds(1000))
    let waiting = Task { try await outcomes(of: output, 1) }
    while script.text("pid").isEmpty { await Task.yield() }
    waiting.cancel()
    #expect(
      try await waiting.value == [0: .retry(reason: "the program was cut off before it answered", after: nil)])
    #expect(!script.runs("pid"))
  }

  @Test func `one that is busy is left alone by whoever gives up before their turn`() async throws {
    let script = try Script(
      "echo started >> $1/starts; while read -r line; do echo . >> $1/lines; until [ -e $1/go ]; do sleep 0.1; done; "
        + "\(Self.ok); done")
    let output = try output(script)
    let first = Task { try await outcomes(of: output, 1) }
    while script.text("lines").isEmpty { await Task.yield() }
    let second = Task { try await outcomes(of: output, 1) }
    second.cancel()
    try Data().write(to: URL(fileURLWithPath: script.folder + "/go"))
    #expect(try await first.value == [:])
    #expect(
      try await second.value == [0: .retry(reason: "the program was not asked in time", after: nil)])
    #expect(try await outcomes(of: output, 1) == [:])
    await output.stop()
    #expect(script.text("starts") == "started")
    #expect(script.text("lines") == ".\n.")
  }

  @Test func `the time that others take counts for none but them`() async throws {
    let script = try Script("echo started >> $1/starts; while read -r line; do sleep 3; \(Self.ok); done")
    let output = try output(script, timeout: .seconds(5))
    async let first = outcomes(of: output, 1)
    async let second = outcomes(of: output, 1)
    #expect(try await [first, second] == [[:], [:]])
    await output.stop()
    #expect(script.text("starts") == "started")
  }

  @Test func `one that fails again and again is left alone for a while`() async throws {
    let script = try Script("echo started >> $1/starts; exit 1")
    let clock = ManualClock()
    let output = try output(script, clock: clock)
    let ended = DeliveryError.Outcome.retry(reason: "the program ended with status 1", after: nil)
    #expect(try await outcomes(of: output, 1) == [0: ended])
    #expect(try await outcomes(of: output, 1) == [0: ended])
    let reason = "the program failed and is not started again yet"
    #expect(try await outcomes(of: output, 1) == [0: .retry(reason: reason, after: .milliseconds(500))])
    #expect(script.text("starts") == "started\nstarted")
    clock.advance(by: .milliseconds(500))
    #expect(try await outcomes(of: output, 1) == [0: ended])
    #expect(try await outcomes(of: output, 1) == [0: .retry(reason: reason, after: .seconds(1))])
    // No clock that is set back makes that longer.
    clock.advance(by: .seconds(-3600))
    #expect(try await outcomes(of: output, 1) == [0: ended])
  }

  @Test func `a program that is not there, or cannot be executed, is refused before anything runs`() throws {
    #expect(
      throws: ConfigurationError(
        "cannot find the program '/nowhere/x': No such file or directory", at: LocatedNode.nowhere)
    ) {
      try CommandOutput(options: CommandOptions(["program": "/nowhere/x"]), context: .testing()).load()
    }
    #expect(throws: ConfigurationError("'/tmp' is no program but a folder or the like", at: LocatedNode.nowhere)) {
      try CommandOutput(options: CommandOptions(["program": "/tmp"]), context: .testing()).load()
    }
  }

  @Test func `a program that is being written is asked again later`() async throws {
    let script = try Script(Self.ok)
    let clock = ManualClock()
    let output = try output(script, clock: clock)
    let writer = try #require(FileHandle(forWritingAtPath: script.path))
    let busy = [0: DeliveryError.Outcome.retry(reason: "cannot start the program: Text file busy", after: nil)]
    #expect(try await outcomes(of: output, 1) == busy)
    try writer.close()
    // A child that another test starts has the file open as well until it becomes a program.
    while try await outcomes(of: output, 1) != [:] { clock.advance(by: .seconds(60)) }
    await output.stop()
  }

  @Test func `a program that goes away later is missed, and that is shouted about`() async throws {
    let script = try Script(Self.ok)
    let output = try output(script)
    try FileManager.default.removeItem(atPath: script.path)
    #expect(
      try await outcomes(of: output, 1)
        == [0: .unauthorized(reason: "cannot start the program: No such file or directory")])
  }

  @Test func `what it writes to its standard error is logged, without secrets`() async throws {
    let script = try Script(
      #"""
      read -r line
      echo "token is $TOKEN" >&2
      printf '\033[2Jodd' >&2
      echo "{\"result\": \"retry\", \"reason\": \"$TOKEN\"}"
      env | cut -d= -f1 | sort | grep -v -e _ -e SHLVL -e PWD > $1/names
      """#)
    let log = RecordingLog()
    let output = try output(script, ("environment", ["TOKEN": "s3cret-token"]), log: log)
    #expect(
      try await outcomes(of: output, 1) == [0: .retry(reason: "the program asks for another try: ***", after: nil)])
    await output.stop()
    while log.messages.count < 2 { await Task.yield() }
    #expect(log.messages == ["warning: tickets: token is ***", "warning: tickets: \u{FFFD}[2Jodd"])
    let passed = ["HOME", "LANG", "PATH", "TMPDIR", "TOKEN", "TZ", "USER"]
    #expect(script.text("names").split(separator: "\n").allSatisfy { passed.contains(String($0)) })
    #expect(script.text("names").contains("TOKEN"))
  }

  @Test func `at the end it may finish, and leaves nothing behind`() async throws {
    let script = try Script("echo $$ > $1/pid; while read -r line; do \(Self.ok); done; echo done > $1/end")
    let output = try output(script)
    #expect(try await outcomes(of: output, 1) == [:])
    #expect(script.runs("pid"))
    await output.stop()
    #expect(script.text("end") == "done")
    #expect(!FileManager.default.fileExists(atPath: "/proc/" + script.text("pid")))
  }

  @Test func `it can show what it would send`() throws {
    let output = try CommandOutput(options: CommandOptions(["program": "/bin/cat"]), context: .testing())
    let text = String(decoding: try output.preview(try AlertFixtures().batch(#"{"a":1}"#)[0]), as: UTF8.self)
    #expect(text == #"{"a":1,"weir":{"alert_id":"alert-1"}}"# + "\n")
  }

  @Test func `the folder is whole`() {
    #expect(PluginFolder("Outputs/Command").violations(of: CommandOutput.manual) == [])
  }
}
