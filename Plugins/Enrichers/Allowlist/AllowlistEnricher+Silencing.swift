internal import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher: Silencing {
  /// An allowlist without entries, for a configuration that has none: it holds alerts back only for silences.
  public static func forSilences(_ context: PluginContext) throws -> AllowlistEnricher {
    var enricher = try AllowlistEnricher(unchecked: AllowlistOptions(), context)
    try enricher.load()
    return enricher
  }

  public func check(_ silence: Silence) throws(ConfigurationError) { _ = try list(of: [silence]) }

  public func obey(_ silences: [Silence]) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var sound: [Silence] = []
    for silence in silences {
      do throws(ConfigurationError) {
        try check(silence)
        sound.append(silence)
      } catch {
        problems += error.diagnostics
      }
    }
    // Each was right on its own, and their names differ.
    if let list = try? list(of: sound) { self.silences.replace(list, ids: sound.map(\.id)) }
    return problems
  }

  public var heldBySilences: [String: Int] { silences.held }

  /// Holds the alert back where a silence says so; nil where none does.
  func silenced(_ alert: borrowing Alert) -> Enrichment? {
    guard let list = silences.list else { return nil }
    let now = context.clock.now
    guard case .held(let number, let matched) = list.verdict(on: alert, now: { now }) else { return nil }
    let entry = list.entries[number]
    guard list.forbidding(alert, to: entry, now: now) == nil else { return nil }
    silences.count(entry)
    return .hold(entry.suppression(list.record(of: number, alert, matched, now: now)))
  }

  /// Silences as entries: they are read, refused, found and recorded as entries are.
  private func list(of silences: [Silence]) throws(ConfigurationError) -> Allowlist {
    let entries = silences.map { silence in
      let place = SourcePlace(file: silence.entryName)
      var entry = EntryOptions()
      entry.name = LocatedText(silence.entryName, at: place)
      entry.when = LocatedText(silence.when, at: place)
      entry.reason = LocatedText(silence.reason, at: place)
      entry.owner = LocatedText(silence.owner, at: place)
      entry.expires = CalendarDate(silence.ends)
      entry.ceiling = SeverityName(rawValue: silence.ceiling.description) ?? .informational
      entry.acceptSpoofable = silence.acceptsSpoofable
      entry.watch = []
      return entry
    }
    var reader = AllowlistReader(options, context, actorFields)
    return try reader.read(entries)
  }
}
