internal import PluginKit

/// Reads the entries of a configuration that name plugins: `{slack: {webhook_url: …}}`.
///
/// There is one of these for each kind of plugin; which plugins there are is the catalog's matter.
struct PluginEntries<Part: Sendable> {
  /// What the kind is called: `output`.
  let kind: String
  let types: [any Plugin.Type]
  /// Makes a part of a type and an entry; nil after having reported what is wrong.
  let configure: (any Plugin.Type, Entry, inout SettingReader) -> ConfiguredPlugin<Part>?

  /// One entry: what it is called, and the plugin's settings.
  struct Entry {
    let name: String
    let place: SourcePlace
    let settings: LocatedNode
  }

  /// Reads a list of entries; a single mapping counts as a list of one.
  func readList(_ node: LocatedNode?, _ reader: inout SettingReader) -> [ConfiguredPlugin<Part>] {
    guard let node, !node.isNull else { return [] }
    guard let elements = node.elements ?? (node.entries == nil ? nil : [node]) else {
      reader.report(
        "expected a list of \(kind)s, each '- name: {settings}', but found \(node.kindName)", at: node.place)
      return []
    }
    var counts: [String: Int] = [:]
    return elements.compactMap { element in
      guard let entry = pluginEntry(element, beside: [], &reader) else { return nil }
      let name = entry.key.text
      counts[name, default: 0] += 1
      let count = counts[name, default: 1]
      return read(entry, name: count == 1 ? name : "\(name)_\(count)", &reader)
    }
  }

  /// The one entry of a mapping that names a plugin.
  ///
  /// - Parameter others: names of settings that may stand beside it.
  func pluginEntry(
    _ node: LocatedNode, beside others: [String], _ reader: inout SettingReader
  ) -> LocatedNode.Entry? {
    guard let entries = node.entries else {
      let example = types.first?.manual.name ?? "name"
      reader.report(
        "expected a mapping with the \(kind)'s name, such as '\(example): {}', but found \(node.kindName)",
        at: node.place)
      return nil
    }
    let plugins = entries.filter { !others.contains($0.key.text) }
    guard let first = plugins.first else {
      reader.report("there is no \(kind) in this entry; \(known)", at: node.place)
      return nil
    }
    for second in plugins.dropFirst() {
      guard types.contains(where: { $0.manual.name == second.key.text }) else {
        reader.report(
          "\(second.key.quoted) stands beside \(first.key.quoted); its settings stand inside it",
          at: second.key.place)
        continue
      }
      reader.report(
        "an entry names one \(kind), but beside \(first.key.quoted) there is \(second.key.quoted); check the indentation, "
          + "or make an entry of its own of it", at: second.key.place)
    }
    return first
  }

  /// Reads the plugin that an entry names.
  func read(_ entry: LocatedNode.Entry, name: String, _ reader: inout SettingReader) -> ConfiguredPlugin<Part>? {
    guard let type = types.first(where: { $0.manual.name == entry.key.text }) else {
      let suggestion = Suggestion.closest(to: entry.key.text, in: types.map { $0.manual.name })
      let hint = suggestion.map { "did you mean '\($0)'?" } ?? known
      reader.report("unknown \(kind) \(entry.key.quoted); \(hint)", at: entry.key.place)
      return nil
    }
    return reader.within("\(kind) '\(entry.key.text)'") { reader in
      configure(type, Entry(name: name, place: entry.key.place, settings: entry.value), &reader)
    }
  }

  /// An entry whose options were read.
  static func configured<Type: Plugin>(
    _ type: Type.Type, _ entry: Entry, options: Type.Options?, delivery: DeliveryDefaults? = nil,
    as part: @escaping @Sendable (Type) -> Part
  ) -> ConfiguredPlugin<Part>? {
    guard let options else { return nil }
    return ConfiguredPlugin(
      name: entry.name, type: type, options: options, place: entry.place,
      signature: "\(type.manual.name) \(entry.settings.signature)", delivery: delivery
    ) { context in
      var plugin = try Type(options: options, context: context)
      try plugin.load()
      return part(plugin)
    }
  }

  private var known: String {
    types.isEmpty ? "there are none" : "known are " + types.map { "'\($0.manual.name)'" }.joined(separator: ", ")
  }
}

// The kinds. Each opens the type that it is given once, so that everything behind is statically typed. Types are turned
// one by one into those of plugins: for a list as a whole the runtime would search for the conformance of each.

extension PluginEntries where Part == any Input {
  init(_ types: [any Input.Type]) {
    self.init(kind: "input", types: types.map { $0 }) { type, entry, reader in
      func open<Type: Input>(_ type: Type.Type) -> ConfiguredPlugin<Part>? {
        Self.configured(type, entry, options: .read(entry.settings, &reader)) { $0 }
      }
      if case .input(let type) = type.kind { return open(type) }
      return nil
    }
  }
}

extension PluginEntries where Part == any Detector {
  init(_ types: [any Detector.Type]) {
    self.init(kind: "detector", types: types.map { $0 }) { type, entry, reader in
      func open<Type: Detector>(_ type: Type.Type) -> ConfiguredPlugin<Part>? {
        Self.configured(type, entry, options: .read(entry.settings, &reader)) { $0 }
      }
      if case .detector(let type) = type.kind { return open(type) }
      return nil
    }
  }
}

extension PluginEntries where Part == AnyEnricher {
  init(_ types: [any Enricher.Type], remote: [any RemoteEnricher.Type]) {
    self.init(kind: "enricher", types: types.map { $0 } + remote.map { $0 }) { type, entry, reader in
      func open<Type: Enricher>(_ type: Type.Type) -> ConfiguredPlugin<Part>? {
        Self.configured(type, entry, options: .read(entry.settings, &reader)) { .inMemory($0) }
      }
      func open<Type: RemoteEnricher>(remote type: Type.Type) -> ConfiguredPlugin<Part>? {
        Self.configured(type, entry, options: .read(entry.settings, &reader)) { .remote($0) }
      }
      switch type.kind {
      case .enricher(let type): return open(type)
      case .remoteEnricher(let type): return open(remote: type)
      case .input, .detector, .output: return nil
      }
    }
  }
}

extension PluginEntries where Part == any Output {
  init(_ types: [any Output.Type]) {
    self.init(kind: "output", types: types.map { $0 }) { type, entry, reader in
      func open<Type: Output>(_ type: Type.Type) -> ConfiguredPlugin<Part>? {
        guard Type.delivery == .queued else {
          return Self.configured(type, entry, options: .read(entry.settings, &reader)) { $0 }
        }
        guard let fields = OptionFields(entry.settings, &reader) else { return nil }
        let options = fields.read(Type.Options.self, &reader)
        let delivery = Self.delivery(fields, defaults: Type.deliveryDefaults, &reader)
        let known = reader.names(of: Type.Options.self) + reader.names(of: DeliveryOptions.self)
        fields.reportUnknown(known: known, &reader)
        return Self.configured(type, entry, options: options, delivery: delivery) { $0 }
      }
      if case .output(let type) = type.kind { return open(type) }
      return nil
    }
  }

  /// The settings that every queued output has; the defaults after having reported what is wrong with them.
  private static func delivery(
    _ fields: OptionFields, defaults: DeliveryDefaults, _ reader: inout SettingReader
  ) -> DeliveryDefaults {
    do {
      return try fields.read(DeliveryOptions.self, &reader)?.applied(to: defaults) ?? defaults
    } catch {
      reader.report(error)
      return defaults
    }
  }
}
