internal import PluginKit

/// Reads `outputs:`, a mapping of names to entries.
struct OutputSection {
  let types: [any Output.Type]
  let switches: OutputSwitches

  struct Outputs {
    var plugins: [ConfiguredPlugin<any Output>] = []
    /// All names, those of outputs with mistakes too.
    var names: [String] = []
  }

  func read(_ node: LocatedNode?, at root: SourcePlace, _ reader: inout SettingReader) -> Outputs {
    var outputs = Outputs()
    guard let node, !node.isNull, node.entries?.isEmpty != true else {
      if switches.off.isEmpty { reader.report("there must be an output; see 'outputs'", at: node?.place ?? root) }
      return outputs
    }
    guard let entries = node.entries else {
      reader.report("expected a mapping of names to outputs, but found \(node.kindName)", at: node.place)
      return outputs
    }
    for output in entries {
      outputs.names.append(output.key.text)
      if let plugin = read(output, &reader) { outputs.plugins.append(plugin) }
    }
    for output in switches.entries { check(output, &reader) }
    return outputs
  }

  private func read(_ output: LocatedNode.Entry, _ reader: inout SettingReader) -> ConfiguredPlugin<any Output>? {
    let kind = PluginEntries(types)
    let others = reader.names(of: OutputEntryOptions.self)
    guard let entry = kind.pluginEntry(output.value, beside: others, &reader) else { return nil }
    let beside = output.value.entries?.filter { others.contains($0.key.text) } ?? []
    _ = OutputEntryOptions.read(LocatedNode(.mapping(beside), at: output.value.place), &reader)
    return kind.read(entry, name: output.key.text, &reader)
  }

  /// Reports what is wrong with an output that is switched off here, so that it is not found out where it is on. What
  /// depends on references, which are not resolved, is left out.
  private func check(_ output: LocatedNode.Entry, _ reader: inout SettingReader) {
    var trial = SettingReader(folder: reader.folder)
    _ = read(output, &trial)
    let unknown = Set(output.value.placesOfReferences)
    for diagnostic in trial.diagnostics where !unknown.contains(diagnostic.place) { reader.report(diagnostic) }
  }
}

extension LocatedNode {
  /// Where `${…}` stands in it.
  fileprivate var placesOfReferences: [SourcePlace] {
    if let scalar { return scalar.text.text.contains("${") ? [place] : [] }
    return (elements ?? []).flatMap(\.placesOfReferences) + (entries ?? []).flatMap(\.value.placesOfReferences)
  }
}

/// The names that routes can lead to.
struct OutputNames {
  let names: [String]
  let switchedOff: Set<String>

  /// The output of that name; nil where there is none, which is reported, or where it is switched off.
  ///
  /// - Parameter user: who asks, for messages: `route 'urgent'`.
  func find(
    _ name: LocatedText, for user: String, isSwitchedOffAnError: Bool = false, _ reader: inout SettingReader
  ) -> OutputName? {
    if names.contains(name.text) { return OutputName(name: name.text, place: name.place) }
    if switchedOff.contains(name.text) {
      if isSwitchedOffAnError {
        reader.report("\(user) leads to \(name.quoted), which is switched off by 'only_with'", at: name.place)
      }
      return nil
    }
    let suggestion = Suggestion.closest(to: name.text, in: names + switchedOff)
    let known = names.isEmpty ? "there are no outputs" : "known are " + names.map { "'\($0)'" }.joined(separator: ", ")
    let hint = suggestion.map { "did you mean '\($0)'?" } ?? known
    reader.report("unknown output \(name.quoted) in \(user); \(hint)", at: name.place)
    return nil
  }
}
