public import AlertModel

/// A person's order to hold back what meets a condition, for a short time.
public struct Silence: Sendable, Equatable {
  /// Tells silences apart: six hexadecimal digits.
  public let id: String
  /// KQL.
  public let when: String
  /// Why, as whoever added it says.
  public let reason: String
  /// Whom to ask about it.
  public let owner: String
  /// From when on it holds.
  public let begins: Timestamp
  /// The first moment at which it holds nothing back any more.
  public let ends: Timestamp
  /// Nothing more severe is held back.
  public let ceiling: Severity
  /// Whether it may rest only on what an attacker can choose.
  public let acceptsSpoofable: Bool

  public init(
    id: String, when: String, reason: String, owner: String, begins: Timestamp, ends: Timestamp,
    ceiling: Severity = .medium, acceptsSpoofable: Bool = false
  ) {
    self.id = id
    self.when = when
    self.reason = reason
    self.owner = owner
    self.begins = begins
    self.ends = ends
    self.ceiling = ceiling
    self.acceptsSpoofable = acceptsSpoofable
  }

  /// What records of alerts that it held back call it, in the place of an allowlist entry's name.
  public var entryName: String { "silence \(id)" }
}

/// An enricher that holds alerts back for silences, under the same rules as for its own entries.
public protocol Silencing: Enricher {
  /// - Throws: `ConfigurationError` with everything because of which the silence could not be obeyed.
  func check(_ silence: Silence) throws(ConfigurationError)

  /// Obeys these silences from now on, and no others. May be called while alerts pass.
  ///
  /// - Returns: why some of them are not obeyed.
  func obey(_ silences: [Silence]) -> [Diagnostic]

  /// How many alerts each silence has held back, by its id, since this enricher was made.
  var heldBySilences: [String: Int] { get }
}

extension Silencing {
  public var silencing: (any Silencing)? { self }
}
