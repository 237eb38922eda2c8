internal import PluginKit

/// Reads `formats:`, a mapping of names to field maps.
struct FormatSection {
  let catalog: PluginCatalog

  /// The configuration's formats, then the catalog's.
  func read(_ node: LocatedNode?, _ reader: inout SettingReader) -> [Format] {
    guard let node, !node.isNull else { return catalog.formats }
    guard let entries = node.entries else {
      reader.report("expected a mapping of names to formats, but found \(node.kindName)", at: node.place)
      return catalog.formats
    }
    var formats: [Format] = []
    for entry in entries {
      let name = entry.key.text
      if catalog.formats.contains(where: { $0.name == name }) {
        reader.report("there is a format \(entry.key.quoted) already; choose another name", at: entry.key.place)
      }
      let options = reader.within("format \(entry.key.quoted)") { FormatOptions.read(entry.value, &$0) }
      guard let options else { continue }
      if options.recognise.isEmpty {
        reader.report(
          "format \(entry.key.quoted) would take every alert; say in 'recognise' what its documents have",
          at: options.$recognise.place)
      }
      for (names, setting) in [
        (options.fields.keys.sorted(), options.$fields), (options.constants.keys.sorted(), options.$constants),
      ] {
        for name in names {
          guard let mistake = AddedName.mistake(in: name) else { continue }
          reader.report("\(VisibleText.quoted(name)) \(mistake)", at: setting.place(of: name))
        }
      }
      formats.append(options.format(name: name))
    }
    return formats + catalog.formats
  }
}
