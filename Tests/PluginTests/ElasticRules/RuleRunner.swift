import AlertModel
import ElasticRulesDetector
import Formats
import Foundation
import PluginKit
import PluginTesting

/// Runs rules over documents as the gateway would, with every format that ships.
struct RuleRunner {
  static let fixtures = AlertFixtures(BundledFormats.all)

  let detector: ElasticRulesDetector

  /// - Parameters:
  ///   - rules: names of files, or patterns of files on disk.
  ///   - files: where files in memory are.
  init(names: [String], _ settings: KeyValuePairs<String, LocatedNode> = [:], files: TestFiles) throws {
    let names = LocatedNode(.sequence(names.map(Self.scalar)), at: LocatedNode.nowhere)
    let members = [("rules", names)] + settings.map { ($0.key, $0.value) }
    let tree = LocatedNode(
      .mapping(members.map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }), at: LocatedNode.nowhere)
    var detector = try ElasticRulesDetector(
      options: ElasticRulesOptions(tree), context: .testing(vocabulary: Self.fixtures.vocabulary, files: files))
    try detector.load()
    self.detector = detector
  }

  /// - Parameter rules: TOML by file name.
  init(all rules: [String: String], _ settings: KeyValuePairs<String, LocatedNode> = [:]) throws {
    try self.init(names: rules.keys.sorted(), settings, files: TestFiles(rules))
  }

  /// The rules that ship.
  static func shipped(_ settings: KeyValuePairs<String, LocatedNode> = [:]) throws -> RuleRunner {
    try RuleRunner(
      names: [TestFiles.checkout + "/Plugins/Detectors/ElasticRules/Rules/*.toml"], settings, files: TestFiles([:]))
  }

  func detections(_ document: String) throws -> [Detection] {
    var detections: [Detection] = []
    try Self.fixtures.forEachAlert(document) { detector.detect($0, into: &detections) }
    return detections
  }

  /// The names of the rules that a document matches.
  func names(_ document: String) throws -> [String] {
    try detections(document).compactMap { detection in
      detection.fields.first { $0.path.name == "rule.name" }.map {
        String(decoding: $0.json.dropFirst().dropLast(), as: UTF8.self)
      }
    }
  }

  static func scalar(_ text: String) -> LocatedNode {
    LocatedNode(.scalar(LocatedNode.Scalar(LocatedText(text), style: .quoted)), at: LocatedNode.nowhere)
  }
}

/// Files in memory, and behind them those on disk.
struct TestFiles: ConfigurationFiles {
  static let checkout = String(#filePath.prefix(upTo: #filePath.range(of: "/Tests/", options: .backwards)!.lowerBound))

  /// Other people's test material; nil where it is not there.
  static let shared: String? = {
    let folder = ProcessInfo.processInfo.environment["WEIR_SHARED"] ?? "\(checkout)/../shared"
    if FileManager.default.fileExists(atPath: folder + "/conformance/cloudtrail") { return folder }
    print("Test material is not at \(folder): the tests that need it do not run. Set WEIR_SHARED.")
    return nil
  }()

  private let memory: InMemoryFiles
  private let names: Set<String>

  init(_ contents: [String: String]) {
    memory = InMemoryFiles(contents)
    names = Set(contents.keys)
  }

  var warnings: [String] { memory.warnings.map(\.description) }

  func bytes(of file: FilePath, limit: ByteCount) throws(ConfigurationError) -> [UInt8] {
    if !names.contains(file.path), let data = FileManager.default.contents(atPath: file.path) { return Array(data) }
    return try memory.bytes(of: file, limit: limit)
  }

  func tree(of file: FilePath) throws(ConfigurationError) -> LocatedNode { try memory.tree(of: file) }
  func warn(_ message: String, at place: SourcePlace) { memory.warn(message, at: place) }
}
