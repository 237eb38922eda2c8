internal import Foundation
public import PluginKit

/// A plugin's folder in the repository: its README and its example must agree with what the plugin declares.
public struct PluginFolder {
  private let folder: URL

  /// - Parameters:
  ///   - path: below `Plugins/`: `Outputs/Slack`.
  ///   - test: the test's source file, somewhere below `Tests/`.
  public init(_ path: String, test: String = #filePath) {
    let root = test.range(of: "/Tests/", options: .backwards).map { String(test[..<$0.lowerBound]) } ?? "."
    folder = URL(fileURLWithPath: root).appendingPathComponent("Plugins/\(path)")
  }

  /// - Parameter folder: the plugin's folder itself.
  public init(at folder: String) {
    self.folder = URL(fileURLWithPath: folder)
  }

  /// What is wrong: `example.yaml` must be the manual's example, and the README must hold it as a block of YAML.
  public func violations(of manual: Manual) -> [String] {
    guard let example = text(of: "example.yaml"), let readme = text(of: "README.md") else {
      return ["\(folder.lastPathComponent) needs README.md and example.yaml"]
    }
    var violations: [String] = []
    if example != manual.example {
      violations.append("example.yaml is not the example in the manual of '\(manual.name)'")
    }
    if !readme.contains("```yaml\n\(example)```") {
      violations.append("README.md does not hold example.yaml as a ```yaml block; copy it there")
    }
    if !readme.hasPrefix("# \(manual.name)\n") { violations.append("README.md does not begin with '# \(manual.name)'") }
    return violations
  }

  private func text(of name: String) -> String? {
    try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }
}
