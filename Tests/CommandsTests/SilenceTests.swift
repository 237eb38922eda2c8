import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Synchronization
import Testing

@testable import Commands
@testable import Gateway

@Suite struct SilenceTests {
  private static let clock = ManualClock(Workbench.now)

  private static func silence(
    _ id: String, when: String = "event.action: Noise", lasts: Duration = .seconds(7200), from begins: Timestamp
  ) -> KeptSilence {
    let ends = begins + lasts
    return KeptSilence(
      Silence(id: id, when: when, reason: "CHG-9", owner: "soc@corp.example", begins: begins, ends: ends),
      addedBy: "mira@desk")
  }

  /// A configuration whose state folder has silences, and what is told of them.
  private final class Scene {
    let bench: Workbench
    let parts: GatewayParts
    let clock = ManualClock(Workbench.now)
    let file: SilenceFile
    let log = RecordingLog()
    let watch: SilenceWatch
    let told = Mutex<[String]>([])

    init(_ configuration: String = Workbench.configuration) throws {
      bench = try Workbench([
        "config.yaml": configuration, "known.yaml": Workbench.known,
        "accounts.csv": "account_id,name\n111122223333,landing-zone\n", "state/keep": "",
      ])
      parts = try Workbench.parts(try bench.load(), clock: clock)
      file = SilenceFile(stateFolder: parts.stateFolder)
      watch = SilenceWatch(parts, clock: clock, logger: log.logger)
    }

    func add(_ silences: KeptSilence...) throws {
      try file.update(now: clock.now) { kept throws(SilenceFile.Failure) in kept += silences }
    }

    func look() async {
      await watch.look { notice in
        told.withLock { $0.append(String(decoding: notice, as: UTF8.self)) }
      }
    }

    /// By which entry the alert is held back; nil where it is not.
    func holder(_ action: String, severity: String = "low") async -> String? {
      let worker = PipelineWorkerForTests(parts, clock: clock)
      return await worker.holder(Workbench.alert("n", action: action, user: "eve", severity: severity))
    }

    var messages: [String] {
      told.withLock { told in
        told.compactMap { text in
          let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
          return object?["message"] as? String
        }
      }
    }
  }

  @Test func `A silence holds back from the next look on, and tells when it begins and ends, and how much it held`()
    async throws
  {
    let scene = try Scene()
    await scene.look()
    #expect(await scene.holder("Noise") == nil)
    try scene.add(Self.silence("00aa11", from: Workbench.now))
    await scene.look()
    #expect(await scene.holder("Noise") == "silence 00aa11")
    #expect(await scene.holder("Noise", severity: "high") == nil)
    #expect(await scene.holder("StopLogging") == nil)
    scene.clock.advance(by: .seconds(7200))
    // Between two looks as well, a silence ends on time.
    #expect(await scene.holder("Noise") == nil)
    await scene.look()
    await scene.look()
    #expect(
      scene.messages == [
        "Until 2026-11-21T10:00:00.000Z, alerts that meet 'event.action: Noise' are held back, none above medium: CHG-9",
        "The silence of 'event.action: Noise' is over. It held back 1 alert: CHG-9",
      ])
    let kept = try scene.file.read()
    #expect(kept.map(\.held) == [1])
    #expect(kept.map(\.told) == [[.begun, .ended]])
  }

  @Test func `A silence that somebody ends holds back nothing more, and says who ended it`() async throws {
    let scene = try Scene()
    try scene.add(Self.silence("00aa11", from: Workbench.now))
    await scene.look()
    let now = scene.clock.now
    try scene.file.update(now: now) { kept throws(SilenceFile.Failure) in
      kept[0].expired = now
      kept[0].expiredBy = "eve@desk"
    }
    await scene.look()
    #expect(await scene.holder("Noise") == nil)
    #expect(
      scene.messages.last
        == "The silence of 'event.action: Noise' was ended by eve@desk. It held back 0 alerts: CHG-9")
  }

  @Test func `A silence cannot hold back what no entry may`() async throws {
    let scene = try Scene()
    try scene.add(
      Self.silence("00aa11", when: "event.provider: cloudtrail.amazonaws.com", from: Workbench.now))
    await scene.look()
    let worker = PipelineWorkerForTests(scene.parts, clock: scene.clock)
    func event(_ action: String) -> String {
      #"{"ecs":{"version":"8"},"event":{"provider":"cloudtrail.amazonaws.com","action":"\#(action)"},"severity":"low"}"#
    }
    #expect(await worker.holder(event("StopLogging")) == nil)
    #expect(await worker.holder(event("CreateTrail")) == "silence 00aa11")
  }

  @Test func `One that lasts longer than allowed is not obeyed, whoever wrote it into the file`() async throws {
    let scene = try Scene(Workbench.configuration + "\nsilences: {max_duration: 1h}")
    try scene.add(Self.silence("00aa11", lasts: .seconds(3601), from: Workbench.now))
    await scene.look()
    await scene.look()
    #expect(await scene.holder("Noise") == nil)
    #expect(scene.messages == [])
    #expect(
      scene.log.messages == ["error: not obeyed, since longer than 'max_duration' of 'silences': silence 00aa11"])
  }

  @Test func `A file that others can write to, or that is broken, holds back nothing`() async throws {
    let scene = try Scene()
    try scene.add(Self.silence("00aa11", from: Workbench.now))
    await scene.look()
    #expect(await scene.holder("Noise") == "silence 00aa11")
    chmod(scene.file.path, 0o666)
    await scene.look()
    #expect(await scene.holder("Noise") == nil)
    chmod(scene.file.path, 0o640)
    try Data("[{".utf8).write(to: URL(filePath: scene.file.path))
    await scene.look()
    #expect(await scene.holder("Noise") == nil)
    let path = scene.file.path
    #expect(
      scene.log.messages == [
        "error: '\(path)' is not obeyed, since every user can write to it; chmod o-w it",
        "error: '\(path)' cannot be understood; move it away, and add the silences again",
      ])
  }

  @Test func `Changes at the same time are all kept`() async throws {
    let scene = try Scene()
    let file = scene.file
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          let silence = Self.silence("00\(1000 + number)", from: Workbench.now)
          try? file.update(now: Workbench.now) { kept throws(SilenceFile.Failure) in kept.append(silence) }
        }
      }
    }
    #expect(try file.read().count == 20)
  }

  @Test func `A run over a file obeys what was silenced before, and delivers and counts the notices`() async throws {
    let scene = try Scene(Workbench.configuration + "\nsilences: {to: archive}")
    try scene.add(Self.silence("00aa11", from: Workbench.now))
    var parts = scene.parts
    let alerts = [
      Workbench.alert("a1", action: "Noise", user: "eve"), Workbench.alert("a2", action: "Other", user: "eve"),
    ]
    try Data(alerts.joined(separator: "\n").utf8).write(to: URL(filePath: scene.bench.path("in.ndjson")))
    let context = CommandEnvironment(logLevel: .critical, clock: scene.clock).context(
      named: "in", vocabulary: parts.formats.vocabulary)
    parts.inputs = [InputPart(name: "in", try commandLineInput(scene.bench.path("in.ndjson"), context))]
    let gateway = Gateway(
      parts, outbox: nil, clock: scene.clock, logger: scene.log.logger, drainTimeout: .seconds(1))
    let ledger = try await gateway.run().ledger
    #expect(ledger.isBalanced)
    #expect(ledger.alerts.read == 3)
    #expect(ledger.alerts.suppressed == 1)
    let archive = try String(contentsOfFile: scene.bench.path("archive.ndjson"), encoding: .utf8)
    #expect(archive.split(separator: "\n").count == 2)
    #expect(archive.contains(#""action":"silence-begun""#))
    #expect(try scene.file.read().map(\.held) == [1])
  }
}
