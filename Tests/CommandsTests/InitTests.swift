import BundledPlugins
import Foundation
import PluginKit
import Testing

@testable import Commands

@Suite struct InitTests {
  private static func files(_ format: Format) -> [(name: String, contents: String)] {
    StarterFiles(
      format: format.name, title: format.title, starter: Starter.all.first { $0.format == format.name }
    ).files
  }

  @Test(arguments: BundledPlugins.catalog.formats.map(\.name))
  func `What is written for a detector is right, runs, and passes its tests`(name: String) async throws {
    let format = try #require(BundledPlugins.catalog.formats.first { $0.name == name })
    let files = Self.files(format)
    let bench = try Workbench(Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.contents) }))
    let loaded = try bench.load()
    #expect(loaded.diagnostics == [])
    let parts = try bench.parts()
    #expect(Lint.diagnostics(parts, loaded.configuration, now: Workbench.now).map(\.message) == [])
    guard let starter = Starter.all.first(where: { $0.format == name }) else { return }
    let worker = PipelineWorkerForTests(parts, clock: FixedClock(now: Workbench.now))
    #expect(await worker.holder(starter.alert) == "example")
    let runner = TestRunner(now: Workbench.now) { clock in
      try Workbench.parts(loaded, clock: clock)
    } context: { vocabulary in
      CommandEnvironment(logLevel: .critical).context(named: "test", vocabulary: vocabulary)
    }
    let results = try await runner.run(try TestFile.read(bench.path("config.test.yaml")))
    #expect(results.flatMap(\.failures).map(\.message) == [])
    #expect(results.count == 2)
  }

  @Test func `Starters are of formats that there are`() {
    let names = BundledPlugins.catalog.formats.map(\.name)
    #expect(Starter.all.map(\.format).filter { !names.contains($0) } == [])
  }
}
