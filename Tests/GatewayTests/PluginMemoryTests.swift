import AlertModel
import Outbox
import Pipeline
import PluginKit
import PluginTesting
import Testing

@testable import Gateway

@Suite struct PluginMemoryTests {
  private static func numbers(_ output: LineOutput) -> [String] {
    output.lines.compactMap { $0.firstMatch(of: /"count":"(\d+)"/).map { String($0.1) } }
  }

  private func run(_ world: GatewayWorld, alerts: Int, named name: String = "counting") async throws -> [String] {
    let output = LineOutput()
    let chunks = (0..<alerts).map { GatewayWorld.chunk([#"{"id":\#($0)}"#]) }
    let parts = world.parts(
      inputs: [ListInput(chunks)], enrichers: [EnrichmentStep(name: name, .local(CountingEnricher()))],
      outputs: [("lines", output)])
    _ = try await world.gateway(parts, try world.outbox()).run()
    return Self.numbers(output)
  }

  @Test func `a gateway that is started again remembers what its plugins had learned`() async throws {
    let world = try GatewayWorld()
    #expect(try await run(world, alerts: 3).sorted() == ["1", "2", "3"])
    #expect(try await run(world, alerts: 2).sorted() == ["4", "5"])
    #expect(try await run(world, alerts: 1, named: "another") == ["1"])
    #expect(try await run(world, alerts: 1) == ["6"])
  }

  @Test func `what is damaged is named, and the plugin begins anew`() async throws {
    let world = try GatewayWorld()
    _ = try await run(world, alerts: 3)
    let outbox = try world.outbox()
    var value = try #require(try await outbox.value("memory/enricher/counting"))
    value[value.count - 1] ^= 1
    try await outbox.setValue(value, for: "memory/enricher/counting")
    await outbox.close()
    #expect(try await run(world, alerts: 1) == ["1"])
    #expect(
      world.log.messages == [
        "warning: what 'counting' had learned cannot be used: it is damaged; it begins anew"
      ])
    #expect(try await run(world, alerts: 1) == ["2"])
  }

  @Test(arguments: [
    ("", "it is in a form that this version does not know"),
    ("weir-memory-2 counting 0\n", "it is in a form that this version does not know"),
    ("weir-memory-1 allowlist 0\n", "it is that of the plugin 'allowlist'"),
    ("weir-memory-1 counting 1\n3", "it is damaged"),
  ]) func `says what is wrong with a kept value`(text: String, reason: String) throws {
    do throws(MemoryRecord.Failure) {
      _ = try MemoryRecord(Array(text.utf8), of: "counting")
      Issue.record("it was taken")
    } catch {
      #expect(error.description == reason)
    }
  }

  @Test func `is kept every minute while alerts pass`() async throws {
    let world = try GatewayWorld()
    let outbox = try world.outbox()
    let plugin = CountingEnricher()
    let plugins = [RememberingPlugin(kind: "enricher", name: "counting", plugin)].compactMap { $0 }
    let memory = PluginMemory(outbox: outbox, clock: world.clock, logger: world.log.logger)
    let saving = Task { await memory.keepSaving { plugins } }
    await world.clock.waitForSleepers(1)
    plugin.restore(Array("7".utf8))
    world.clock.advance(by: PluginMemory.interval)
    await world.clock.waitForSleepers(1)
    let value = try #require(try await outbox.value("memory/enricher/counting"))
    #expect(try MemoryRecord(value, of: "counting").snapshot == Array("7".utf8))
    saving.cancel()
    await saving.value
    await outbox.close()
  }

  @Test func `what has grown beyond the limit is not kept, and that is said`() async throws {
    let world = try GatewayWorld()
    let outbox = try world.outbox()
    let memory = PluginMemory(outbox: outbox, clock: world.clock, logger: world.log.logger, limit: 2)
    let plugin = CountingEnricher()
    plugin.restore(Array("100".utf8))
    await memory.save([RememberingPlugin(kind: "enricher", name: "counting", plugin)].compactMap { $0 })
    #expect(try await outbox.value("memory/enricher/counting") == nil)
    #expect(
      world.log.messages == ["error: what 'counting' has learned is not kept: it has 3 bytes, and 2 are allowed"])
    await outbox.close()
  }
}
