internal import PluginKit

extension EntryOptions {
  /// An entry with nothing but what nearly every entry has, read without the way over its declarations: long lists hold a
  /// hundred thousand of those. Nil for any other, and for one with a mistake, which is then read as all settings are.
  init?(usual node: LocatedNode) {
    guard let entries = node.entries else { return nil }
    self.init()
    var given = 0
    for entry in entries {
      switch entry.key.text {
      case "actors":
        guard let elements = entry.value.elements else { return nil }
        var actors: [LocatedText] = []
        actors.reserveCapacity(elements.count)
        for element in elements {
          guard let text = element.usualText else { return nil }
          actors.append(text)
        }
        self.actors = actors
      case "when":
        guard let text = entry.value.usualText else { return nil }
        when = text
      case "ceiling":
        guard let name = entry.value.usualText.flatMap({ SeverityName(rawValue: $0.text) }) else { return nil }
        ceiling = name
      case "name", "reason", "owner", "expires":
        guard let text = entry.value.usualText else { return nil }
        given += 1
        switch entry.key.text {
        case "name": name = text
        case "reason": reason = text
        case "owner": owner = text
        default:
          guard let date = CalendarDate(settingText: text.text) else { return nil }
          expires = date
        }
      default: return nil
      }
    }
    // No key comes twice in a mapping.
    guard given == 4 else { return nil }
  }
}

extension LocatedNode {
  fileprivate var usualText: LocatedText? {
    guard let scalar, !scalar.isNull else { return nil }
    return scalar.text
  }
}
