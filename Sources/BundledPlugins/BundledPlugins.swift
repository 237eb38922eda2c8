internal import AccountNameEnricher
internal import AllowlistEnricher
internal import AttackEnricher
internal import CommandEnricher
internal import CommandOutput
internal import ConsoleOutput
internal import ElasticRulesDetector
internal import FileInput
internal import FileOutput
internal import Formats
internal import LookupEnricher
public import PluginKit
internal import RuleInfoEnricher
internal import SlackOutput
internal import StdinInput
internal import SyslogOutput
internal import WebhookOutput

/// The plugins that ship. A plugin is added with one line here and one in Package.swift.
public enum BundledPlugins {
  /// Every plugin and format that ships with Weir.
  public static let catalog = PluginCatalog(
    [
      StdinInput.self,
      FileInput.self,
      AccountNameEnricher.self,
      AllowlistEnricher.self,
      LookupEnricher.self,
      AttackEnricher.self,
      RuleInfoEnricher.self,
      CommandEnricher.self,
      ElasticRulesDetector.self,
      SlackOutput.self,
      WebhookOutput.self,
      SyslogOutput.self,
      FileOutput.self,
      CommandOutput.self,
      ConsoleOutput.self,
    ],
    formats: BundledFormats.all)

  /// An input that reads the files named on a command line, whole and every time; `-` is standard input.
  public static func commandLineInput(_ path: String, context: PluginContext) throws -> any Input {
    if path == "-" { return try StdinInput(options: StdinInput.Options(), context: context) }
    return commandLineInput(files: [path], context: context)
  }

  /// An input that reads several such files in the order given, none of which is standard input.
  public static func commandLineInput(files: [String], context: PluginContext) -> any Input {
    FileInput.commandLine(paths: files, context: context)
  }

  /// An enricher that holds alerts back for silences alone.
  public static func silences(context: PluginContext) throws -> any Silencing {
    try AllowlistEnricher.forSilences(context)
  }

  /// What the allowlist finds wrong with an entry as it would be written; empty where it takes the entry.
  public static func problems(ofAllowlistEntry entry: LocatedNode, context: PluginContext) -> [String] {
    do {
      let options = try AllowlistEnricher.Options(["entries": LocatedNode(.sequence([entry]), at: entry.place)])
      _ = try AllowlistEnricher(options: options, context: context)
      return []
    } catch let error as ConfigurationError {
      return error.diagnostics.map(\.message)
    } catch {
      return ["\(error)"]
    }
  }

  /// An output that appends to a file, for suppressed alerts where the configuration names no output.
  ///
  /// - Parameter survivesPowerFailure: whether what is flushed waits for the disk.
  public static func fileOutput(
    _ path: String, survivesPowerFailure: Bool, context: PluginContext
  ) throws -> any Output {
    var options = FileOutput.Options()
    options.path = FilePath(path)
    options.durability = survivesPowerFailure ? .power : .process
    return try FileOutput(options: options, context: context)
  }
}
