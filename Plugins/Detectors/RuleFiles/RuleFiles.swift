public import PluginKit

/// The rules in the files that settings name.
public struct RuleFiles: Sendable {
  /// All rules, in the order in which their files are found.
  public let rules: [DetectionRule]

  /// Reads every rule that the patterns find, each file once, in the order of the patterns and then of the names.
  ///
  /// - Parameter patterns: names of TOML files, or patterns of such names.
  /// - Throws: `ConfigurationError` with every problem of every file: a pattern that finds nothing, a file that is no
  ///   rule, a rule id that two files have.
  public init(_ patterns: [FilePath], _ files: any ConfigurationFiles) throws(ConfigurationError) {
    var rules: [DetectionRule] = []
    var problems: [Diagnostic] = []
    var seen: Set<String> = []
    var places: [String: SourcePlace] = [:]
    for pattern in patterns {
      let found = Self.files(pattern, files)
      if found.isEmpty {
        problems.append(Diagnostic(.error, "'\(pattern.text)' finds no rule file", at: pattern.place))
      }
      for file in found where seen.insert(file.path).inserted {
        do throws(ConfigurationError) {
          let bytes = try files.bytes(of: file, limit: ByteCount(bytes: 4 << 20))
          var reader = RuleReader(file: file.text, source: String(decoding: bytes, as: UTF8.self))
          let rule = reader.rule()
          problems += reader.errors
          guard let rule else { continue }
          if let other = places.updateValue(rule.place, forKey: rule.id) {
            problems.append(Diagnostic(.error, "rule_id \(rule.id) is also that of \(other)", at: rule.place))
          }
          rules.append(rule)
        } catch {
          problems += error.diagnostics
        }
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    self.rules = rules
  }

  /// The files of a pattern, named as the pattern is written.
  private static func files(_ pattern: FilePath, _ files: any ConfigurationFiles) -> [FilePath] {
    guard PathPattern(pattern.text).isPattern else { return [pattern] }
    // What comes before the written text is the folder of the configuration, which messages leave out.
    let folder = pattern.path.hasSuffix(pattern.text) ? String(pattern.path.dropLast(pattern.text.count)) : ""
    return files.found(by: { PathPattern(pattern.path).expand() }).map { path in
      FilePath(path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path, in: folder, at: pattern.place)
    }
  }
}
