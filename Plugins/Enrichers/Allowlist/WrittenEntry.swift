internal import PluginKit

/// An entry as it is written. It is much smaller than its `EntryOptions`, which know of every setting what it is for.
struct WrittenEntry {
  let name: LocatedText
  let when: LocatedText?
  let actors: [LocatedText]
  /// Where a list of actors stands that has none.
  var emptyActors: SourcePlace?
  var actorsFile: FilePath?
  let reason: LocatedText
  let owner: LocatedText
  let expires: CalendarDate
  /// Where `expires` stands, or else the entry.
  let expiresPlace: SourcePlace
  let ceiling: SeverityName
  var acceptSpoofable = false
  var atMost: Budget?
  var watch: [Novelty]?

  init(_ options: EntryOptions) {
    name = options.name
    when = options.when
    actors = options.actors
    emptyActors = options.$actors.isGiven && options.actors.isEmpty ? options.$actors.place : nil
    actorsFile = options.actorsFile
    reason = options.reason
    owner = options.owner
    expires = options.expires
    expiresPlace = options.$expires.place
    ceiling = options.ceiling
    acceptSpoofable = options.acceptSpoofable
    atMost = options.atMost
    watch = options.watch
  }

  /// An entry with nothing but what nearly every entry has, read without the way over its declarations: long lists hold a
  /// hundred thousand of those. Nil for any other, and for one with a mistake, which is then read as all settings are.
  init?(usual node: LocatedNode) {
    guard let entries = node.entries else { return nil }
    var name: LocatedText?
    var reason: LocatedText?
    var owner: LocatedText?
    var expires: (date: CalendarDate, place: SourcePlace)?
    var when: LocatedText?
    var actors: [LocatedText] = []
    var ceiling = EntryOptions.usualCeiling
    for entry in entries {
      switch entry.key.text {
      case "actors":
        guard let elements = entry.value.elements, !elements.isEmpty else { return nil }
        actors.reserveCapacity(elements.count)
        for element in elements {
          guard let text = element.usualText else { return nil }
          actors.append(text)
        }
      case "when":
        guard let text = entry.value.usualText else { return nil }
        when = text
      case "ceiling":
        guard let word = entry.value.usualText.flatMap({ SeverityName(rawValue: $0.text) }) else { return nil }
        ceiling = word
      case "name", "reason", "owner", "expires":
        guard let text = entry.value.usualText else { return nil }
        switch entry.key.text {
        case "name": name = text
        case "reason": reason = text
        case "owner": owner = text
        default:
          guard let date = CalendarDate(settingText: text.text) else { return nil }
          expires = (date, entry.value.place)
        }
      default: return nil
      }
    }
    guard let name, let reason, let owner, let expires else { return nil }
    self.name = name
    self.when = when
    self.actors = actors
    self.reason = reason
    self.owner = owner
    self.expires = expires.date
    expiresPlace = expires.place
    self.ceiling = ceiling
  }
}

extension LocatedNode {
  fileprivate var usualText: LocatedText? {
    guard let scalar, !scalar.isNull else { return nil }
    return scalar.text
  }
}
