internal import PluginKit

/// Which outputs are switched off: those whose `only_with` names an environment variable that is empty or not set.
///
/// Looked for before references are resolved, so that an output that is off may refer to what is not set.
struct OutputSwitches {
  /// The outputs that are off, as they are written.
  let entries: [LocatedNode.Entry]
  /// Their names.
  let off: Set<String>

  static let setting = "only_with"

  init(_ root: LocatedNode, environment: [String: String]) {
    let outputs = root["outputs"]?.entries ?? []
    entries = outputs.filter { output in
      guard let variable = output.value[Self.setting]?.scalar?.text.text, !variable.isEmpty else { return false }
      return environment[variable]?.isEmpty ?? true
    }
    off = Set(entries.map(\.key.text))
  }

  /// The tree without the outputs that are off.
  func without(_ root: LocatedNode) -> LocatedNode {
    guard !off.isEmpty, let entries = root.entries else { return root }
    let kept = entries.map { entry -> LocatedNode.Entry in
      guard entry.key.text == "outputs", let outputs = entry.value.entries else { return entry }
      let on = outputs.filter { !off.contains($0.key.text) }
      return LocatedNode.Entry(key: entry.key, value: LocatedNode(.mapping(on), at: entry.value.place))
    }
    return LocatedNode(.mapping(kept), at: root.place)
  }
}
