internal import PluginKit

/// What a reload changes: which parts stay, which come, which go, and how a person is told.
struct PartsChange {
  let old: GatewayParts
  private let loaded: GatewayParts

  init(from old: GatewayParts, to loaded: GatewayParts) {
    self.old = old
    self.loaded = loaded
  }

  /// - Parameter running: the identities of the inputs that have not ended.
  /// - Throws: `needsRestart` with everything that only a start can change.
  func check(running: Set<String>) throws(ReloadError) {
    var reasons: [String] = []
    if old.stateFolder != loaded.stateFolder {
      reasons.append(
        "'state' cannot change from '\(old.stateFolder)' to '\(loaded.stateFolder)' while the gateway runs; restart it")
    }
    for setting in ["durability", "formats"] where isChanged(setting) {
      reasons.append("'\(setting)' cannot change while the gateway runs; restart it")
    }
    for part in old.inputs where running.contains(part.identity) && leavingInputs.contains(part.identity) {
      // Whatever such an input had read in part would be lost with it.
      guard !part.input.remembers else { continue }
      let what = loaded.inputs.contains { $0.name == part.name } ? "change" : "be taken away"
      reasons.append(
        "input '\(part.name)' cannot \(what) while it is read, since it cannot go on where it was; restart")
    }
    guard reasons.isEmpty else { throw .needsRestart(reasons) }
  }

  /// The configuration as it is going to run: parts that have not changed are the old ones.
  var result: GatewayParts {
    var result = loaded
    for (index, part) in result.inputs.enumerated() where isUnchanged("input", part.identity) {
      let same = old.inputs.first { $0.identity == part.identity }
      // Another place in the list may give it another name.
      if let same { result.inputs[index] = InputPart(name: part.name, identity: part.identity, same.input) }
    }
    for (index, part) in result.outputs.enumerated() where isUnchanged("output", part.name) {
      if let same = old.outputs.first(where: { $0.name == part.name }) { result.outputs[index] = same }
    }
    return result
  }

  var unchangedOutputs: Set<String> { Set(old.outputs.map(\.name).filter { isUnchanged("output", $0) }) }
  /// Their identities.
  var leavingInputs: Set<String> { Set(old.inputs.map(\.identity).filter { !isUnchanged("input", $0) }) }
  var arrivingInputs: [InputPart] { loaded.inputs.filter { !isUnchanged("input", $0.identity) } }

  /// Plugins that begin: enrichers and detectors are always new.
  var beginning: [any Plugin] {
    loaded.outputs.filter { !isUnchanged("output", $0.name) }.map { $0.output as any Plugin }
      + loaded.enrichers.map(\.plugin) + loaded.detectors.map { $0 as any Plugin }
      + arrivingInputs.map { $0.input as any Plugin }
  }

  /// Plugins that end, but for queued outputs, whose workers end first.
  var ending: [any Plugin] {
    old.inputs.filter { leavingInputs.contains($0.identity) }.map { $0.input as any Plugin }
      + old.detectors.map { $0 as any Plugin } + old.enrichers.map(\.plugin)
      + old.outputs.filter { !$0.isQueued && !isUnchanged("output", $0.name) }.map { $0.output as any Plugin }
  }

  private func isUnchanged(_ kind: String, _ name: String) -> Bool {
    let key = "\(kind)/\(name)"
    guard let before = old.signatures[key] else { return false }
    return before == loaded.signatures[key] && !isChanged("files/" + key)
  }

  private func isChanged(_ key: String) -> Bool { old.signatures[key] != loaded.signatures[key] }

  // MARK: In words

  /// What is different, a line each, in the order of an alert's way.
  var lines: [String] {
    var lines = inputLines
    lines += plugins("detector", named(old.namedDetectors), named(loaded.namedDetectors))
    lines += plugins(
      "enricher", old.enrichers.map { ($0.name, $0.plugin) }, loaded.enrichers.map { ($0.name, $0.plugin) })
    lines += difference("route", old.routes.map(\.name), loaded.routes.map(\.name))
    if old.routes.map(\.name) != loaded.routes.map(\.name),
      Set(old.routes.map(\.name)) == Set(loaded.routes.map(\.name))
    {
      lines.append("the routes are in another order")
    }
    lines += difference("output", old.outputs.map(\.name), loaded.outputs.map(\.name))
    for setting in ["suppressed", "dead_letters", "silences"] where isChanged(setting) {
      lines.append("'\(setting)' changed")
    }
    return lines
  }

  /// One that only stands in another place is not named.
  private var inputLines: [String] {
    let before = old.inputs.filter { leavingInputs.contains($0.identity) }.map(\.name)
    let now = arrivingInputs.map(\.name)
    return before.filter { !now.contains($0) }.map { "input '\($0)' removed" }
      + now.map { "input '\($0)' \(before.contains($0) ? "changed" : "added")" }
  }

  private func named(_ detectors: [(name: String, detector: any Detector)]) -> [(String, any Plugin)] {
    detectors.map { ($0.name, $0.detector) }
  }

  private func difference(_ kind: String, _ before: [String], _ now: [String]) -> [String] {
    before.filter { !now.contains($0) }.map { "\(kind) '\($0)' removed" }
      + now.filter { !before.contains($0) }.map { "\(kind) '\($0)' added" }
      + now.filter { before.contains($0) && !isUnchanged(kind, $0) }.map { "\(kind) '\($0)' changed" }
  }

  /// For plugins that are always new: what they say themselves.
  private func plugins(
    _ kind: String, _ before: [(name: String, plugin: any Plugin)], _ now: [(name: String, plugin: any Plugin)]
  ) -> [String] {
    let (before, now) = (
      before.filter { $0.name != Assembly.silencesName }, now.filter { $0.name != Assembly.silencesName }
    )
    let names = before.map(\.name)
    var lines = names.filter { name in !now.contains { $0.name == name } }.map { "\(kind) '\($0)' removed" }
    for (name, plugin) in now {
      guard let earlier = before.first(where: { $0.name == name })?.plugin else {
        lines.append("\(kind) '\(name)' added")
        continue
      }
      let isChanged = isChanged("\(kind)/\(name)")
      if isChanged { lines.append("\(kind) '\(name)' changed") }
      lines += changes(of: plugin, since: earlier).map { "\(kind) '\(name)': \($0)" }
    }
    return lines
  }

  private func changes(of plugin: any Plugin, since earlier: any Plugin) -> [String] {
    func open<Telling: ChangeTelling>(_ plugin: Telling) -> [String] {
      (earlier as? Telling).map { plugin.changes(since: $0) } ?? []
    }
    return (plugin as? any ChangeTelling).map { open($0) } ?? []
  }
}
