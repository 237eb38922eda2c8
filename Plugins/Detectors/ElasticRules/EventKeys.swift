internal import AlertModel

/// The values of several fields of an event, together: what events are grouped by.
struct EventKeys: Sendable {
  /// How many combinations of values an event can have at the most, where fields are arrays (Elastic's limit for new
  /// terms: https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule).
  static let limit = 100

  private let fields: [Field]

  init(_ names: [String], _ vocabulary: Vocabulary) {
    fields = names.map(vocabulary.field)
  }

  /// One key for each combination of values; none where a field is missing. Without fields, all events have one key.
  func keys(of event: borrowing Alert, missingIsEmpty: Bool = false) -> [[UInt8]] {
    var keys: [[UInt8]] = [[]]
    for field in fields {
      var values: [[UInt8]] = []
      event.forEachValue(field) { value in
        guard value.isScalar else { return false }
        // The length goes first, so that no two lists of values give the same key.
        var part: [UInt8] = []
        value.appendText(to: &part)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).littleEndian) { part.insert(contentsOf: $0, at: 0) }
        if !values.contains(part) { values.append(part) }
        return values.count == Self.limit
      }
      if values.isEmpty {
        guard missingIsEmpty else { return [] }
        values = [[0xFF, 0xFF, 0xFF, 0xFF]]
      }
      keys = Array(keys.lazy.flatMap { key in values.lazy.map { key + $0 } }.prefix(Self.limit))
    }
    return keys
  }

  /// True where every field has a value.
  func areComplete(_ event: borrowing Alert) -> Bool {
    for field in fields where event.first(field) == nil { return false }
    return true
  }
}
