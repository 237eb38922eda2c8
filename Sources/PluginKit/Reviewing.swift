public import AlertModel

/// An enricher whose entries can be reviewed by what they have held back: for `weir report`.
public protocol Reviewing: Enricher {
  /// All entries, in the order in which they are asked.
  var reviewedEntries: [ReviewedEntry] { get }

  /// Entries that hold back little more than what was held back so far, written out, the narrowest first; none where
  /// nothing would be narrower in a way that makes sense for what is still to come. Whoever asks checks that they hold.
  func narrower(_ entry: String, than use: EntryUse) -> [NarrowerEntry]
}

/// What there is to know about an entry besides what it has held back.
public struct ReviewedEntry: Sendable {
  /// The entry's name.
  public let name: String
  /// Where it is written.
  public let place: SourcePlace
  /// Whom to ask about it.
  public let owner: String
  /// Why it is no cause for alarm.
  public let reason: String
  /// Until when it holds.
  public let expires: CalendarDate
  /// What is more severe is never held back.
  public let ceiling: Severity
  /// An earlier entry that holds whenever this one does.
  public let shadowedBy: String?

  public init(
    name: String, place: SourcePlace, owner: String, reason: String, expires: CalendarDate, ceiling: Severity,
    shadowedBy: String?
  ) {
    self.name = name
    self.place = place
    self.owner = owner
    self.reason = reason
    self.expires = expires
    self.ceiling = ceiling
    self.shadowedBy = shadowedBy
  }
}

/// What an entry has held back.
public struct EntryUse: Sendable, Equatable {
  /// What its records say matched, each once; nil where there is too much of it.
  public var matches: Set<Suppression.Match>?
  /// Fields that every alert of it had, and their values, each once; only where there are few.
  public var values: [String: Set<String>]
  /// The most severe.
  public var greatest: Severity

  public init(matches: Set<Suppression.Match>?, values: [String: Set<String>], greatest: Severity) {
    self.matches = matches
    self.values = values
    self.greatest = greatest
  }
}

/// A proposal: an entry to put in the place of another.
public struct NarrowerEntry: Sendable {
  /// The entry as YAML, an element of a list.
  public let yaml: String
  /// What is different, a few words each.
  public let changes: [String]
  /// Whether it would hold the alert back.
  public let holds: @Sendable (borrowing Alert) -> Bool

  public init(yaml: String, changes: [String], holds: @escaping @Sendable (borrowing Alert) -> Bool) {
    self.yaml = yaml
    self.changes = changes
    self.holds = holds
  }
}

/// An output that keeps alerts in files of this machine, where commands can read them again.
public protocol FileKeeping: Output {
  /// The files that exist, the oldest first as far as their names tell.
  var keptFiles: [String] { get }
  /// The path as it was configured; it may have placeholders for dates and fields.
  var keptPath: String { get }
}
