internal import PluginKit

/// What can stand beside a plugin's name in an output's entry.
struct OutputEntryOptions: PluginOptions {
  @Setting(
    "The name of an environment variable: the output is switched off where that is empty or not set. Routes then lead past it."
  )
  var onlyWith: String?

  init() {}
}
