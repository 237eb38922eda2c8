public import AlertModel

/// Adds fields to an alert, or holds it back. In memory: it never suspends.
///
/// It returns what it adds; it cannot drop, reorder or overwrite.
public protocol Enricher: Plugin {
  /// True where it can hold alerts back; what draws or describes a configuration asks for it.
  static var canHold: Bool { get }

  /// Called from several threads at once.
  ///
  /// - Throws: `EnrichmentFailure`; the alert goes on without this enricher's fields, and the failure is noted on it.
  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment
}

extension Enricher {
  public static var canHold: Bool { false }
}

/// What an enricher makes of an alert.
public enum Enrichment: Sendable {
  /// Nothing to add.
  case nothing
  /// Fields to add, made once and shared by many alerts.
  case fields([AddedField])
  /// Add fields, and give the alert this severity from here on.
  case assess(Severity, [AddedField])
  /// Hold the alert back. It goes to the configured place for suppressed alerts, with this record, and no route sees it.
  case hold(Suppression)
  /// Let the alert go on with this severity instead of its own, and with the record of what would have held it back.
  case demote(to: Severity, Suppression)
}

/// Why an alert was held back: what its record says under `weir.suppression`.
public struct Suppression: Sendable, Equatable {
  /// Who or what holds alerts back; the same for every alert, so that it is made once.
  public final class Source: Sendable {
    /// The name of the entry, silence or rule.
    public let entry: String
    /// Whom to ask about it.
    public let owner: String
    /// Why it is no cause for alarm.
    public let reason: String
    /// Until when it holds, as written.
    public let expires: String
    /// The record up to what matched, as JSON.
    fileprivate let json: [UInt8]

    public init(entry: String, owner: String, reason: String, expires: String) {
      self.entry = entry
      self.owner = owner
      self.reason = reason
      self.expires = expires
      var json: [UInt8] = []
      for (name, value) in [("entry", entry), ("owner", owner), ("reason", reason), ("expires", expires)] {
        json.append(json.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        JSONEscapes.appendQuoted(name, to: &json)
        json.append(UInt8(ascii: ":"))
        JSONEscapes.appendQuoted(value, to: &json)
      }
      self.json = json
    }
  }

  private let source: Source

  /// The name of the allowlist entry.
  public var entry: String { source.entry }
  /// Whom to ask about it.
  public var owner: String { source.owner }
  /// Why it is no cause for alarm.
  public var reason: String { source.reason }
  /// The last day on which the entry holds, as written: `2027-03-31`.
  public var expires: String { source.expires }
  /// What matched: the actor, and every part of the entry's condition with the field and the value that met it.
  public let matched: [Match]

  public init(_ source: Source, matched: [Match]) {
    self.source = source
    self.matched = matched
  }

  public init(entry: String, owner: String, reason: String, expires: String, matched: [Match]) {
    self.init(Source(entry: entry, owner: owner, reason: reason, expires: expires), matched: matched)
  }

  public static func == (left: Suppression, right: Suppression) -> Bool {
    left.source.json == right.source.json && left.matched == right.matched
  }

  /// What stands for the name of an entry where a detection rule holds back its own alerts.
  public static func entry(ofRule name: String) -> String { ruleEntryPrefix + name }

  /// The rule's name, where that is what an entry's name stands for.
  public static func rule(ofEntry name: String) -> String? {
    name.hasPrefix(ruleEntryPrefix) ? String(name.dropFirst(ruleEntryPrefix.count)) : nil
  }

  private static let ruleEntryPrefix = "alert_suppression of "

  /// Appends the record as a JSON object: entry, owner, reason, expires, matched.
  public func appendJSON(to json: inout [UInt8]) {
    json.append(contentsOf: source.json)
    Self.append(#","matched":["#, to: &json)
    for (index, match) in matched.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      Self.append(#"{"field":"#, to: &json)
      JSONEscapes.appendQuoted(match.field, to: &json)
      Self.append(#","value":"#, to: &json)
      JSONEscapes.appendQuoted(match.value, to: &json)
      Self.append(#","pattern":"#, to: &json)
      JSONEscapes.appendQuoted(match.pattern, to: &json)
      json.append(UInt8(ascii: "}"))
    }
    Self.append("]}", to: &json)
  }

  private static func append(_ text: StaticString, to json: inout [UInt8]) {
    json.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// One field whose value met a pattern.
  public struct Match: Sendable, Hashable {
    /// The field's ECS name.
    public let field: String
    /// What the alert has there.
    public let value: String
    /// What that met, as written.
    public let pattern: String

    public init(field: String, value: String, pattern: String) {
      self.field = field
      self.value = value
      self.pattern = pattern
    }
  }
}

/// Adds fields to whole batches of alerts and does I/O for it, within a deadline.
public protocol RemoteEnricher: Plugin {
  /// How long a batch may take; after that the alerts go on without this enricher's fields, and that is noted on them.
  var deadline: Duration { get }

  /// - Returns: one result an alert, in the order of the batch.
  func enrich(_ batch: DeliveryBatch) async -> [Result<Enrichment, EnrichmentFailure>]
}

/// Why an enricher had nothing to say. Noted on the alert under `weir.enrichment_errors`; never a reason to hold it.
public struct EnrichmentFailure: Error, Sendable, Equatable {
  /// What is wrong, for whoever reads the alert.
  public let reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}
