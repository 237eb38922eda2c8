public import AlertModel
public import PluginKit

/// Settings of `allowlist`.
public struct AllowlistOptions: PluginOptions {
  @Setting("A file with entries: YAML or JSON, a list of entries or a mapping with the list under `entries`.")
  public var file: FilePath?

  @Setting("Several files with entries.")
  public var files: [FilePath] = []

  @Setting("Entries.")
  public var entries = UnreadList<EntryOptions>()

  @Setting("What an entry does: `hold` the alert back, or `demote` it to the severity `demote_to`.")
  public var mode: HoldMode = .hold

  @Setting("The severity that `mode: demote` gives.")
  public var demoteTo: SeverityName = .informational

  @Setting(
    """
    Conditions (KQL) that no entry may hold back. Where it is not given: a sign-in by root, a trail stopped or \
    deleted, a GuardDuty detector deleted, MFA deactivated; those do not bind an entry with `ceiling: critical`. An \
    empty list switches them off.
    """)
  public var never: [LocatedText]?

  @Setting("Further conditions (KQL) that no entry may hold back, besides those of `never`.")
  public var neverAlso: [LocatedText] = []

  @Setting(
    """
    What must not be new about an actor whose alert is held back: the `account`, the `network` (/24 or /48), the \
    `country` or the `client` that it comes from, and its `rate`. Otherwise the alert is delivered, with \
    `weir.breakthrough`. An empty list switches this off.
    """)
  public var watch: [Novelty] = Novelty.allCases

  @Setting(
    """
    How long an actor is got to know before anything about it counts as new; and how long something new is delivered \
    before it counts as known.
    """)
  public var learning: Duration = .seconds(14 * 86_400)

  @Setting(
    """
    How many actors are remembered. Of more, those are forgotten first that only passed by, and those that are known \
    last; whoever comes new after that is delivered for the learning period, with `weir.breakthrough`.
    """)
  public var actorsRemembered: Int = 10_000

  @Setting("How many times its usual number of alerts an hour an actor may have; at least 50 are always allowed.")
  public var unusualRate: Int = 10

  @Setting("How long before an entry expires `check` warns of it.")
  public var warnBeforeExpiry: Duration = .seconds(30 * 86_400)

  public init() {}
}

/// One entry as it is written.
public struct EntryOptions: PluginOptions {
  @Setting("What the entry is for, in a few words. Each name comes once.")
  public var name: LocatedText

  @Setting("A condition (KQL) that must hold.")
  public var when: LocatedText?

  @Setting(
    """
    Who: ARNs, user names, principal ids, e-mail addresses, any of them; `*` stands for anything. A role's ARN also \
    means its sessions.
    """)
  public var actors: [LocatedText] = []

  @Setting("A file with further actors, one a line; `#` begins a comment.")
  public var actorsFile: FilePath?

  @Setting("Why this is no cause for alarm; a ticket, if there is one.")
  public var reason: LocatedText

  @Setting("Whom to ask: a team or a person.")
  public var owner: LocatedText

  @Setting("The last day (UTC) on which the entry holds, or the moment up to which it does.")
  public var expires: CalendarDate

  @Setting("Nothing more severe is ever held back.")
  public var ceiling: SeverityName = usualCeiling

  static let usualCeiling = SeverityName.medium

  @Setting("Accept that the entry rests only on what an attacker can choose.")
  public var acceptSpoofable: Bool = false

  @Setting("How many alerts the entry may hold back in what time, such as `50/day`; the others are delivered.")
  public var atMost: Budget?

  @Setting("What must not be new about the actor, in place of the allowlist's `watch`.")
  public var watch: [Novelty]?

  public init() {}
}

/// What an entry does with an alert.
public enum HoldMode: String, CaseIterable, SettingValue {
  case hold, demote
}

/// What can be new about a known actor.
public enum Novelty: String, CaseIterable, SettingValue {
  case account, network, country, client, rate
}

/// A severity as configuration writes it.
public enum SeverityName: String, CaseIterable, SettingValue {
  case informational, low, medium, high, critical

  /// The severity of that name.
  public var severity: Severity { Severity(name: rawValue) ?? .informational }
}
