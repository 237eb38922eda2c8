internal import AlertModel
internal import BundledPlugins
internal import Gateway
internal import Pipeline
internal import PluginKit

/// Runs the tests of files against a configuration. Delivers nothing.
actor TestRunner {
  /// What became of one test.
  struct Result: Sendable {
    let name: String
    let place: SourcePlace
    let failures: [Diagnostic]
    let duration: Duration
  }

  private struct Bench {
    let parts: GatewayParts
    let worker: PipelineWorker

    func stop() async {
      for step in parts.enrichers { await step.plugin.stop() }
    }
  }

  private let assemble: @Sendable (any GatewayClock) throws -> GatewayParts
  private let context: @Sendable (Vocabulary) -> PluginContext
  private let systemNow: Timestamp
  private var benches: [Timestamp: Bench] = [:]

  /// - Parameters:
  ///   - now: what tests without a moment of their own are judged at.
  ///   - assemble: makes the configuration's parts with a clock.
  init(
    now: Timestamp, assemble: @escaping @Sendable (any GatewayClock) throws -> GatewayParts,
    context: @escaping @Sendable (Vocabulary) -> PluginContext
  ) {
    systemNow = now
    self.assemble = assemble
    self.context = context
  }

  func run(_ file: TestFile) async throws -> [Result] {
    var results: [Result] = []
    for test in file.tests { results.append(try await run(test, defaultNow: file.now?.moment ?? systemNow)) }
    return results
  }

  private func run(_ test: TestCase, defaultNow: Timestamp) async throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let bench = try await bench(at: test.now?.moment ?? defaultNow)
    var failures = test.expect.mistakes(outputs: bench.parts.outputs.map(\.name), test: test.place)
    if failures.isEmpty { failures = try await judge(test, on: bench) }
    return Result(name: test.name, place: test.place, failures: failures, duration: clock.now - start)
  }

  private func judge(_ test: TestCase, on bench: Bench) async throws -> [Diagnostic] {
    let chunks: [InputChunk]
    do throws(ConfigurationError) {
      chunks = try await alerts(of: test, bench)
    } catch {
      return error.diagnostics
    }
    var alerts: [TestedAlert] = []
    for chunk in chunks {
      let witness = TestWitness(
        asking: test.expect.$fields.node?.entries?.map(\.key.text) ?? [], bench.parts.formats.vocabulary)
      let outcome = await bench.worker.process(chunk, witness: witness)
      if let letter = outcome.deadLetters.first {
        return [Diagnostic(.error, "the alert cannot be read: \(VisibleText.escaped(letter.reason))", at: test.place)]
      }
      alerts += witness.alerts(outcome, bench.parts)
    }
    guard !alerts.isEmpty || test.expect.alerts != nil else {
      let message = "no rule makes an alert of this event; where that is meant, expect 'alerts: 0'"
      return [Diagnostic(.error, message, at: test.place)]
    }
    return test.expect.disappointments(alerts)
  }

  /// The alerts that a test is about.
  private func alerts(of test: TestCase, _ bench: Bench) async throws(ConfigurationError) -> [InputChunk] {
    switch (test.alert, test.file) {
    case (let alert?, nil):
      guard test.line == nil else {
        throw ConfigurationError("'line' is a line of 'file', and this test has none", at: test.$line.place)
      }
      let bytes = InlineAlert.json(alert)
      let frame = InputChunk.Frame(start: 0, count: bytes.count, line: alert.place.line, offset: 0)
      return [InputChunk(bytes: bytes, frames: [frame], source: alert.place.file)]
    case (nil, let file?):
      let chunks = try await read(file, line: test.line, bench)
      let hasAlerts = chunks.contains { !$0.frames.isEmpty }
      guard hasAlerts else {
        let what = test.line.map { "no alert begins on line \($0) of" } ?? "there is no alert in"
        throw ConfigurationError("\(what) '\(file.text)'", at: test.$file.place)
      }
      return chunks
    default: throw ConfigurationError("a test needs either 'alert' or 'file'", at: test.place)
    }
  }

  private func read(
    _ file: FilePath, line: Int?, _ bench: Bench
  ) async throws(ConfigurationError) -> [InputChunk] {
    let collected = Chunks()
    do {
      // A file that is called so: on the command line it would be standard input.
      let path = file.path == "-" ? "./-" : file.path
      let input = try BundledPlugins.commandLineInput(path, context: context(bench.parts.formats.vocabulary))
      try await input.start()
      try await input.run(from: []) { chunk in
        let frames = chunk.frames.filter { line == nil || $0.line == line }
        let unreadable = line == nil ? chunk.unreadable : chunk.unreadable.filter { !$0.countsAsAlert }
        if frames.isEmpty, unreadable.isEmpty { return }
        await collected.add(
          InputChunk(bytes: chunk.bytes, frames: frames, unreadable: unreadable, source: chunk.source))
      }
      await input.stop()
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError("\(error)", at: file.place)
    }
    let chunks = await collected.all
    if let unreadable = chunks.flatMap(\.unreadable).first {
      throw ConfigurationError("cannot read '\(file.text)': \(unreadable.reason)", at: file.place)
    }
    return chunks
  }

  /// The configuration at a moment, as it is after a first start: no test finds what another one has used up or taught it.
  private func bench(at now: Timestamp) async throws -> Bench {
    if let known = benches[now] {
      guard known.parts.isLearning else { return known }
      benches[now] = nil
      await known.stop()
    }
    let clock = FixedClock(now: now)
    let parts = try assemble(clock)
    for step in parts.enrichers { try await step.plugin.start() }
    let bench = Bench(parts: parts, worker: PipelineWorker(plan: parts.plan, clock: clock))
    benches[now] = bench
    return bench
  }

  /// Stops what was started.
  func finish() async {
    for bench in benches.values { await bench.stop() }
  }

  private actor Chunks {
    var all: [InputChunk] = []
    func add(_ chunk: InputChunk) { all.append(chunk) }
  }
}
