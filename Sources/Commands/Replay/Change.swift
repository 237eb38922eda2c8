/// What can become of an alert when the configuration changes.
enum Change: String, CaseIterable, Sendable {
  case newlySuppressed = "newly-suppressed"
  case newlyDelivered = "newly-delivered"
  case newlyDropped = "newly-dropped"
  case rerouted
  case severityChanged = "severity-changed"
  case heldByAnother = "held-by-another-entry"

  /// For people.
  var title: String { rawValue.replacing("-", with: " ") }

  /// For JSON.
  var key: String { rawValue.replacing("-", with: "_") }

  /// Every change from one decision to another; nil stands for no alert, where a rule made none of an event.
  static func changes(from before: Decision?, to after: Decision?) -> [Change] {
    var changes: [Change] = []
    switch (before?.fate, after?.fate) {
    case (.suppressed(let old), .suppressed(let new)): if old != new { changes.append(.heldByAnother) }
    case (_, .suppressed): changes.append(.newlySuppressed)
    case (.routed(let old), .routed(let new)): if old != new { changes.append(.rerouted) }
    case (_, .routed): changes.append(.newlyDelivered)
    case (.unrouted, .unrouted), (.unrouted, nil), (nil, .unrouted), (nil, nil): break
    case (_, .unrouted), (_, nil): changes.append(.newlyDropped)
    }
    if let before, let after, before.severity != after.severity { changes.append(.severityChanged) }
    return changes
  }
}
