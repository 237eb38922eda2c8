import AlertModel
import Outbox
import Pipeline
import PluginKit
import PluginTesting
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(15))) struct ReloadTests {
  /// Parts whose signatures say what changed.
  private func parts(
    _ world: GatewayWorld, input: FedInput, inputSays: String = "same", outputs: [(String, any Output)],
    outputsSay: String = "same", enrichers: [EnrichmentStep] = []
  ) -> GatewayParts {
    var parts = world.parts(inputs: [input], enrichers: enrichers, outputs: outputs)
    parts.signatures["input/input_1"] = inputSays
    parts.signatures["route/all"] = "same"
    for (name, _) in outputs { parts.signatures["output/" + name] = outputsSay }
    return parts
  }

  /// Waits until a condition holds: what is waited for is under way.
  private func eventually(_ condition: () async -> Bool) async {
    while await !condition() { await Task.yield() }
  }

  @Test func `under load, nothing is lost and nothing comes twice while outputs are exchanged`() async throws {
    let world = try GatewayWorld()
    let input = FedInput()
    let outputs = (0...50).map { _ in LineOutput() }
    let gateway = world.gateway(parts(world, input: input, outputs: [("lines", outputs[0])]), try world.outbox())
    async let outcome = gateway.run()
    for round in 0..<50 {
      for chunk in 0..<10 { input.give((round * 100 + chunk * 10)..<(round * 100 + chunk * 10 + 10)) }
      let changes = try await gateway.reload(
        parts(world, input: FedInput(), outputs: [("lines", outputs[round + 1])], outputsSay: "\(round)"))
      #expect(changes == ["output 'lines' changed"])
    }
    input.end()
    let ledger = try await outcome.ledger
    // One after the other, in the order in which they were read.
    #expect(outputs.flatMap(\.lines).numbers == Array(0..<5000))
    #expect(ledger.isBalanced)
    #expect(ledger.outputs.map(\.delivered) == [5000])
    #expect(input.beginnings.count == 1)
  }

  @Test func `alerts after a reload are decided by the new configuration, and those before by the old`() async throws {
    let world = try GatewayWorld()
    let input = FedInput()
    let (old, new) = (LineOutput(), LineOutput())
    let gateway = world.gateway(parts(world, input: input, outputs: [("lines", old)]), try world.outbox())
    async let outcome = gateway.run()
    input.give(0..<10)
    await eventually { old.lines.count == 10 }
    let changes = try await gateway.reload(
      parts(world, input: FedInput(), outputs: [("lines", new), ("more", LineOutput())], outputsSay: "other"))
    #expect(changes == ["output 'more' added", "output 'lines' changed"])
    input.give(10..<20)
    input.end()
    _ = try await outcome
    #expect(old.lines.numbers == Array(0..<10))
    #expect(new.lines.numbers == Array(10..<20))
  }

  @Test func `an output that changed takes over what waits, and one that is left out keeps it in the outbox`()
    async throws
  {
    let world = try GatewayWorld()
    let input = FedInput()
    let (failing, mended) = (QueuedOutput(isFailing: true), QueuedOutput())
    let gateway = world.gateway(
      parts(world, input: input, outputs: [("soc", failing), ("gone", QueuedOutput(isFailing: true))]),
      try world.outbox(), drainTimeout: .zero)
    async let outcome = gateway.run()
    input.give(0..<5)
    await eventually { await gateway.ledger().outputs.map(\.pending) == [5, 5] }
    let changes = try await gateway.reload(
      parts(world, input: FedInput(), outputs: [("soc", mended)], outputsSay: "other"))
    #expect(changes == ["output 'gone' removed", "output 'soc' changed"])
    #expect(failing.isStopped)
    await eventually { mended.lines.count == 5 }
    input.give(5..<8)
    await eventually { mended.lines.count == 8 }
    input.end()
    let ledger = try await outcome.ledger
    #expect(mended.lines.numbers.sorted() == Array(0..<8))
    #expect(ledger.outputs.map(\.name) == ["soc", "gone"])
    #expect(ledger.outputs.map(\.delivered) == [8, 0])
    #expect(ledger.outputs.map(\.pending) == [0, 5])
    #expect(ledger.isBalanced)
    #expect(
      world.log.messages.contains(
        "warning: 5 alerts wait for output 'gone', which is not configured; see 'weir outbox'"))
  }

  @Test func `an input that changed goes on where its last commit was`() async throws {
    let world = try GatewayWorld()
    let (first, second) = (FedInput(), FedInput())
    let lines = LineOutput()
    let gateway = world.gateway(parts(world, input: first, outputs: [("lines", lines)]), try world.outbox())
    async let outcome = gateway.run()
    first.give(0..<5, checkpoint: "line 5")
    await eventually { lines.lines.count == 5 }
    let changes = try await gateway.reload(
      parts(world, input: second, inputSays: "other", outputs: [("lines", LineOutput())]))
    #expect(changes == ["input 'input_1' changed"])
    second.give(5..<6)
    second.end()
    _ = try await outcome
    #expect(second.beginnings == [[InputCheckpoint(key: "place", value: Array("line 5".utf8))]])
    #expect(lines.lines.numbers == Array(0..<6))
  }

  @Test func `what only a start can change is refused, all of it, and the old goes on`() async throws {
    let world = try GatewayWorld()
    let input = FedInput(remembers: false)
    let lines = LineOutput()
    let gateway = world.gateway(parts(world, input: input, outputs: [("lines", lines)]), nil)
    async let outcome = gateway.run()
    var new = parts(world, input: FedInput(remembers: false), inputSays: "other", outputs: [("lines", LineOutput())])
    new.stateFolder = "/elsewhere"
    new.signatures["durability"] = "power"
    do throws(ReloadError) {
      _ = try await gateway.reload(new)
      Issue.record("it was taken over")
    } catch {
      #expect(
        error.description
          == "'state' cannot change from '\(world.folder)' to '/elsewhere' while the gateway runs; restart it; "
          + "'durability' cannot change while the gateway runs; restart it; "
          + "input 'input_1' cannot change while it is read, since it cannot go on where it was; restart")
    }
    input.give(0..<3)
    input.end()
    _ = try await outcome
    #expect(lines.lines.numbers == [0, 1, 2])
    await #expect(throws: ReloadError.self) {
      try await gateway.reload(parts(world, input: input, outputs: [("lines", lines)]))
    }
  }

  @Test func `what plugins have learned goes over to those in their place`() async throws {
    let world = try GatewayWorld()
    let input = FedInput()
    let lines = LineOutput()
    func now() -> GatewayParts {
      parts(
        world, input: input, outputs: [("lines", lines)],
        enrichers: [EnrichmentStep(name: "counting", .local(CountingEnricher()))])
    }
    let gateway = world.gateway(now(), try world.outbox())
    async let outcome = gateway.run()
    for number in 0..<6 {
      input.give(number..<(number + 1))
      await eventually { lines.lines.count == number + 1 }
      _ = try await gateway.reload(now())
    }
    input.end()
    _ = try await outcome
    let counted = lines.lines.compactMap { $0.firstMatch(of: /"count":"(\d+)"/).map { String($0.1) } }
    #expect(counted == ["1", "2", "3", "4", "5", "6"])
  }
}
