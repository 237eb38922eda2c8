internal import AlertModel

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
      self.json = json + Array(#","matched":["#.utf8)
    }
  }

  private let source: Source
  private let matches: Matches

  /// The name of the allowlist entry.
  public var entry: String { source.entry }
  /// Whom to ask about it.
  public var owner: String { source.owner }
  /// Why it is no cause for alarm.
  public var reason: String { source.reason }
  /// The last day on which the entry holds, as written: `2027-03-31`.
  public var expires: String { source.expires }
  /// What matched: the actor, and every part of the entry's condition with the field and the value that met it.
  public var matched: [Match] { matches.all }

  public init(_ source: Source, matched: Matches) {
    self.source = source
    matches = matched
  }

  public init(_ source: Source, matched: [Match]) {
    self.init(source, matched: Matches(matched))
  }

  public init(entry: String, owner: String, reason: String, expires: String, matched: [Match]) {
    self.init(Source(entry: entry, owner: owner, reason: reason, expires: expires), matched: matched)
  }

  public static func == (left: Suppression, right: Suppression) -> Bool {
    left.source.json == right.source.json && left.matches == right.matches
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
    json.append(contentsOf: matches.json)
    json.append(UInt8(ascii: "]"))
    json.append(UInt8(ascii: "}"))
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

  /// The name of a field, made ready for records.
  public struct FieldName: Sendable {
    /// The beginning of a match.
    fileprivate let json: [UInt8]

    public init(_ name: String) {
      var json = Array(#"{"field":"#.utf8)
      JSONEscapes.appendQuoted(name, to: &json)
      self.json = json + Array(#","value":""#.utf8)
    }
  }

  /// What matched, written as it is recorded from the start: hardly anything but the record asks for it.
  public struct Matches: Sendable, Equatable {
    /// The inside of a JSON array.
    fileprivate private(set) var json: [UInt8] = []

    public init() {}

    public init(_ matches: [Match]) {
      for match in matches { append(match) }
    }

    public var isEmpty: Bool { json.isEmpty }

    public mutating func append(_ match: Match) {
      var (value, pattern) = (match.value, match.pattern)
      value.withUTF8 { value in
        pattern.withUTF8 { pattern in
          append(
            FieldName(match.field), value: UnsafeRawBufferPointer(value), pattern: UnsafeRawBufferPointer(pattern))
        }
      }
    }

    /// Appends what somebody has as text in UTF-8, without making strings of it.
    public mutating func append(_ field: FieldName, value: UnsafeRawBufferPointer, pattern: UnsafeRawBufferPointer) {
      // With room for some escapes, so that there is one allocation.
      json.reserveCapacity(json.count + field.json.count + value.count + pattern.count + 32)
      if !json.isEmpty { json.append(UInt8(ascii: ",")) }
      json.append(contentsOf: field.json)
      JSONEscapes.appendInsideRepaired(value, to: &json)
      Self.append(#"","pattern":""#, to: &json)
      JSONEscapes.appendInsideRepaired(pattern, to: &json)
      Self.append(#""}"#, to: &json)
    }

    @inline(__always)
    private static func append(_ text: StaticString, to json: inout [UInt8]) {
      json.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The matches, read again.
    public var all: [Match] {
      let parser = DocumentParser()
      return ([UInt8(ascii: "[")] + json + [UInt8(ascii: "]")]).withUnsafeBytes { bytes in
        guard let root = try? parser.parse(bytes) else { return [] }
        return root.elements.map { match in
          // Field, value and pattern, in this order.
          let texts = match.members.map(\.value.value.text)
          return Match(field: texts[0], value: texts[1], pattern: texts[2])
        }
      }
    }
  }
}
