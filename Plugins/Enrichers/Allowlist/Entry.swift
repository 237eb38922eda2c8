internal import AlertModel
internal import KQL
internal import PluginKit

/// One allowlist entry, checked and compiled. A class, as it is looked at for every alert and never changes.
final class Entry: Sendable {
  let name: String
  let place: SourcePlace
  let reason: String
  let owner: String
  let expires: CalendarDate
  let ceiling: Severity
  let acceptsSpoofable: Bool
  let budget: Budget?
  let watch: [Novelty]
  /// What the entry itself says in place of the allowlist's `watch`.
  let ownWatch: [Novelty]?
  let condition: MatchedCondition?
  /// True where somebody must have done it: the entry has actors.
  let hasActors: Bool
  /// By format: true where the condition names a field that nobody can choose, so that the entry rests on more than its
  /// actors.
  let restsOnCondition: [Bool]

  private let source: Suppression.Source

  init(
    name: String, place: SourcePlace, reason: String, owner: String, expires: CalendarDate, ceiling: Severity,
    acceptsSpoofable: Bool, budget: Budget?, watch: [Novelty], ownWatch: [Novelty]?,
    condition: MatchedCondition?, hasActors: Bool, restsOnCondition: [Bool]
  ) {
    self.name = name
    self.place = place
    self.reason = reason
    self.owner = owner
    self.expires = expires
    self.ceiling = ceiling
    self.acceptsSpoofable = acceptsSpoofable
    self.budget = budget
    self.watch = watch
    self.ownWatch = ownWatch
    self.condition = condition
    self.hasActors = hasActors
    self.restsOnCondition = restsOnCondition
    source = Suppression.Source(entry: name, owner: owner, reason: reason, expires: expires.text)
  }

  /// What is added to an alert that the entry would hold back had it not expired.
  var expiredNote: [AddedField] { [AddedField("weir.expired_entry", text: name)] }

  func suppression(_ matched: Suppression.Matches) -> Suppression { Suppression(source, matched: matched) }
}
