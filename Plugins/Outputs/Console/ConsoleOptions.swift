public import PluginKit

/// The settings of the `console` output.
public struct ConsoleOptions: PluginOptions {
  @Setting("`text` for a line that a person reads, `json` for one line of JSON; `auto` is `text` on a terminal.")
  public var format: Format = .auto

  @Setting("Where to write.")
  public var stream: Stream = .stdout

  public init() {}

  public enum Format: String, SettingValue, CaseIterable {
    case auto, text, json
  }

  /// Where the lines go.
  public enum Stream: String, SettingValue, CaseIterable {
    case stdout, stderr
  }
}
