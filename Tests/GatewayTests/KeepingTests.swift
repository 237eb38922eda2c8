import AlertModel
import Foundation
import Gateway
import Outbox
@testable import Pipeline
import PluginKit
import Synchronization
import Testing

/// What cannot be kept is never counted as kept, and no checkpoint passes it.
@Suite(.timeLimit(.minutes(15)))
struct KeepingTests {
  @Test(arguments: [false, true]) func `What an output could not make durable is pending, and is read again`(
    fails: Bool
  ) async throws {
    let world = try GatewayWorld()
    let outbox = try world.outbox()
    let output = UnflushableOutput(fails: fails)
    let input = ListInput((0..<3).map { Self.chunk($0, #"{"seq":\#($0)}"#) })
    let outcome = try await world.gateway(world.parts(inputs: [input], outputs: [("archive", output)]), outbox).run()
    let archive = outcome.ledger.outputs[0]
    #expect(outcome.ledger.isBalanced)
    #expect(archive.delivered == (fails ? 0 : 3) && archive.pending == (fails ? 3 : 0))
    #expect(outcome.fellBehind == fails)
    let again = try world.outbox()
    #expect(try await again.checkpoints().map(\.value) == (fails ? [] : [[2]]))
    await again.close()
    #expect(
      world.log.messages.filter { $0.hasPrefix("error: ") }
        == (fails
          ? [
            "error: output 'archive': the disk is broken",
            "error: not everything can be kept; the next run reads its input again from here",
          ] + [String](repeating: "error: output 'archive': the disk is broken", count: 3) : []))
  }

  @Test func `Dead letters that cannot be written are pending, and are read again`() async throws {
    let world = try GatewayWorld()
    let outbox = try world.outbox()
    let output = LineOutput()
    // A folder stands where the file should be.
    try FileManager.default.createDirectory(
      atPath: world.folder + "/dead-letters.ndjson", withIntermediateDirectories: false)
    let input = ListInput([Self.chunk(1, #"{"seq":0}"#, "no json"), Self.chunk(2, #"{"seq":1}"#)])
    let outcome = try await world.gateway(
      world.parts(inputs: [input], outputs: [("archive", output)]), outbox, drainTimeout: .zero
    ).run()
    #expect(outcome.ledger.isBalanced && outcome.ledger.pending == 1 && outcome.ledger.unkeptDeadLetters == 1)
    #expect(
      outcome.ledger.json
        == #"{"read":3,"routed":2,"suppressed":0,"unrouted":0,"dead_lettered":0,"pending":1,"#
        + #""outputs":{"archive":{"delivered":2,"dead_lettered":0,"pending":0}}}"#)
    #expect(output.lines.count == 2)
    let again = try world.outbox()
    #expect(try await again.checkpoints().isEmpty)
    await again.close()
  }

  @Test func `What queued outputs want is kept though a local file cannot take the batch`() async throws {
    let world = try GatewayWorld()
    let input = ListInput([Self.chunk(1, #"{"seq":0}"#, #"{"seq":1}"#), Self.chunk(2, #"{"seq":2}"#)])
    let parts = world.parts(inputs: [input], outputs: [("archive", FullOutput()), ("hook", SilentOutput())])
    let outcome = try await world.gateway(parts, world.outbox(), drainTimeout: .zero).run()
    let (archive, hook) = (outcome.ledger.outputs[0], outcome.ledger.outputs[1])
    #expect(outcome.ledger.isBalanced)
    #expect(archive.delivered == 0 && archive.pending == 3)
    #expect(hook.routed == 3 && hook.delivered + hook.pending == 3)
    let again = try world.outbox()
    #expect(try await again.checkpoints().isEmpty)
    #expect(try await again.backlog().map(\.pending) == [hook.pending])
    await again.close()
  }

  private static func chunk(_ number: Int, _ documents: String...) -> InputChunk {
    let chunk = GatewayWorld.chunk(documents)
    // As large as a batch, so that each is one by itself.
    let space = [UInt8](repeating: 0x20, count: ChunkQueue.usualSize)
    return InputChunk(
      bytes: chunk.bytes + space, frames: chunk.frames, source: chunk.source,
      checkpoint: InputCheckpoint(key: "place", value: [UInt8(number)]))
  }
}

/// Takes everything, and cannot make it durable where it is told to fail.
private struct UnflushableOutput: Output {
  static let delivery = DeliveryMode.direct
  static let manual = Manual(name: "unflushable", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  let fails: Bool

  init(options: Options, context: PluginContext) { fails = false }
  init(fails: Bool) { self.fails = fails }

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {}

  func flush() async throws(DeliveryError) {
    if fails { throw DeliveryError([0: .retry(reason: "the disk is broken", after: nil)]) }
  }
}

/// Can take nothing.
private struct FullOutput: Output {
  static let delivery = DeliveryMode.direct
  static let manual = Manual(name: "full", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  init(options: Options, context: PluginContext) {}
  init() {}

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    throw DeliveryError(all: batch.count, .retry(reason: "no space left", after: nil))
  }
}

/// Takes everything, over a network.
private struct SilentOutput: Output {
  static let delivery = DeliveryMode.queued
  static let manual = Manual(name: "silent", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  init(options: Options, context: PluginContext) {}
  init() {}

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {}
}
