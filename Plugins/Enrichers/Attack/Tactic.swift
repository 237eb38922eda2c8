/// The tactics of ATT&CK Enterprise, in the order of its matrix (https://attack.mitre.org/tactics/enterprise/).
enum Tactic: String, CaseIterable, Sendable {
  case reconnaissance
  case resourceDevelopment = "resource-development"
  case initialAccess = "initial-access"
  case execution
  case persistence
  case privilegeEscalation = "privilege-escalation"
  case defenseEvasion = "defense-evasion"
  case credentialAccess = "credential-access"
  case discovery
  case lateralMovement = "lateral-movement"
  case collection
  case commandAndControl = "command-and-control"
  case exfiltration
  case impact

  var id: String {
    switch self {
    case .reconnaissance: "TA0043"
    case .resourceDevelopment: "TA0042"
    case .initialAccess: "TA0001"
    case .execution: "TA0002"
    case .persistence: "TA0003"
    case .privilegeEscalation: "TA0004"
    case .defenseEvasion: "TA0005"
    case .credentialAccess: "TA0006"
    case .discovery: "TA0007"
    case .lateralMovement: "TA0008"
    case .collection: "TA0009"
    case .commandAndControl: "TA0011"
    case .exfiltration: "TA0010"
    case .impact: "TA0040"
    }
  }

  /// `Command and Control`.
  var name: String {
    rawValue.split(separator: "-").map { $0 == "and" ? "and" : $0.prefix(1).uppercased() + $0.dropFirst() }
      .joined(separator: " ")
  }

  var reference: String { "https://attack.mitre.org/tactics/\(id)/" }

  /// The tactic of an id, a name or a short name, in whatever letters: `TA0003`, `Privilege Escalation`,
  /// `privilege_escalation`.
  init?(text: String) {
    let plain = text.lowercased().replacing("_", with: "-").replacing(" ", with: "-")
    guard let tactic = Self.allCases.first(where: { $0.rawValue == plain || $0.id.lowercased() == plain }) else {
      return nil
    }
    self = tactic
  }
}
