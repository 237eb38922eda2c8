/// Weir's one ordered scale of severity. Each format says how its detector's own scale maps to it.
public enum Severity: UInt8, Comparable, CaseIterable, Sendable, CustomStringConvertible {
  case informational, low, medium, high, critical

  /// The name, as conditions and configuration write it.
  public var name: StaticString {
    switch self {
    case .informational: "informational"
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    case .critical: "critical"
    }
  }

  public var description: String { "\(name)" }

  /// The severity of that name (see `name`); nil for any other text.
  public init?(name: some StringProtocol) {
    guard let severity = Self.allCases.first(where: { $0.description == name }) else { return nil }
    self = severity
  }

  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}
