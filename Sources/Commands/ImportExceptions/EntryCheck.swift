internal import BundledPlugins
internal import PluginKit

/// Asks the allowlist itself whether it takes an entry, so that nothing is written that `weir check` then refuses.
struct EntryCheck {
  private let context: PluginContext

  init(_ environment: CommandEnvironment) {
    let formats = FormatSet(WeirCommand.catalog.formats)
    var context = environment.context(named: "allowlist", vocabulary: formats.vocabulary)
    context.formats = formats
    self.context = context
  }

  /// Why the allowlist would not take the entry, once what is open has been filled in; nil where it would.
  func problem(_ entry: ImportedEntry) -> String? {
    let problems = problems(of: entry, acceptingSpoofable: entry.acceptsSpoofable)
    guard !problems.isEmpty else { return nil }
    // The flag is no way out of what would hold nearly everything.
    let mayBeMeant = self.problems(of: entry, acceptingSpoofable: true).isEmpty
    return "an allowlist would not take it: \(problems.joined(separator: "; ")). Say which rule it is for with --rule"
      + (mayBeMeant ? ", or that it is meant with --accept-spoofable" : "")
  }

  private func problems(of entry: ImportedEntry, acceptingSpoofable: Bool) -> [String] {
    BundledPlugins.problems(
      ofAllowlistEntry: entry.filledIn(acceptingSpoofable: acceptingSpoofable), context: context)
  }
}
