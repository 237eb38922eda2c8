import BundledPlugins
import Foundation
import GatewayConfig
import Testing

@Suite("The example configurations")
struct ExampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Every configuration that ships; `known-admins.yaml` is an allowlist that one of them reads.
  private static var configurations: [String] {
    let examples = (try? FileManager.default.contentsOfDirectory(atPath: root + "/Examples")) ?? []
    return ["config.yaml"]
      + examples.filter { $0.hasSuffix(".yaml") && $0 != "known-admins.yaml" }.map { "Examples/" + $0 }
  }

  @Test("are right, with and without a webhook", arguments: configurations, ["", "https://hooks.example/T000/B000"])
  func check(configuration: String, webhook: String) throws {
    let loader = ConfigurationLoader(
      catalog: BundledPlugins.catalog, environment: webhook.isEmpty ? [:] : ["SLACK_WEBHOOK_URL": webhook])
    let parts = try Workbench.parts(loader.load(Self.root + "/" + configuration), now: Workbench.now)
    #expect(
      parts.outputs.contains { $0.name == "soc" } == (!webhook.isEmpty && configuration != "Examples/detect.yaml"))
  }
}
