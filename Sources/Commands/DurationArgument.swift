internal import ArgumentParser
internal import PluginKit

/// A duration on the command line, written as in configuration: `30s`, `1m30s`. For `@Option(transform:)`, which lets it say
/// what is wrong; a default has to stand in the help.
struct DurationArgument {
  let duration: Duration
  /// As it was written: what is longer than a hundred years counts as that.
  let text: String

  init(_ duration: Duration) {
    self.duration = duration
    text = duration.settingText
  }

  @Sendable init(text: String) throws {
    guard let duration = Duration(settingText: text) else {
      let hint = Int(text) == nil ? "" : "; did you mean '\(text)s'?"
      throw ValidationError("it is not \(Duration.typeName)\(hint)")
    }
    self.duration = duration
    self.text = text
  }
}
