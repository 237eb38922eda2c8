internal import AlertModel

/// `severity` in a query: Weir's own scale, in order. A word that is not on it is a mistake, not a query without matches.
struct SeverityRule {
  private let query: String
  private let range: Range<Int>

  init(_ query: String, _ range: Range<Int>) {
    self.query = query
    self.range = range
  }

  /// The bits of the severities that are accepted.
  func accepted(_ comparison: KQLRangeOperator?, _ value: KQLLiteral) throws(KQLError) -> UInt8 {
    switch value {
    case .wildcard(let pattern) where comparison == nil:
      let pattern = WildcardPattern(pattern)
      let bits = Self.bits { severity in Array(severity.description.utf8).withUnsafeBytes(pattern.matches) }
      if bits == 0 { throw unknown(value.text) }
      return bits
    case .template:
      throw KQLError(
        "severity cannot be compared with another field", in: query, at: range.lowerBound,
        remedy: "Compare it with one of \(Self.names).")
    default:
      guard let bound = Severity(name: value.text) else { throw unknown(value.text) }
      return Self.bits { severity in
        let order = Int(severity.rawValue) - Int(bound.rawValue)
        return comparison?.accepts(order) ?? (order == 0)
      }
    }
  }

  private static func bits(_ accepts: (Severity) -> Bool) -> UInt8 {
    Severity.allCases.filter(accepts).reduce(0) { $0 | 1 << $1.rawValue }
  }

  private static var names: String { Severity.allCases.map(\.description).joined(separator: ", ") }

  private func unknown(_ word: String) -> KQLError {
    let suggestion = Self.closest(to: word).map { "Did you mean \($0)? " } ?? ""
    return KQLError(
      "unknown severity \"\(word)\"", in: query, at: place(of: word),
      remedy: "\(suggestion)Severities are \(Self.names). The detector's own value is event.severity.")
  }

  /// Where the word stands in the query, which for a field with one value is behind the field.
  private func place(of word: String) -> Int {
    let bytes = Array(query.utf8)
    let wanted = Array(word.utf8)
    guard !wanted.isEmpty, range.upperBound - wanted.count >= range.lowerBound else { return range.lowerBound }
    for start in (range.lowerBound...(range.upperBound - wanted.count)).reversed()
    where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
      return start
    }
    return range.lowerBound
  }

  private static func closest(to word: String) -> String? {
    let word = word.lowercased()
    let synonyms = [
      "info": "informational", "information": "informational", "notice": "low", "med": "medium", "moderate": "medium",
      "warning": "medium", "error": "high", "crit": "critical", "severe": "critical", "emergency": "critical",
      "fatal": "critical",
    ]
    if let severity = synonyms[word] { return severity }
    let ranked = Severity.allCases.map { ($0.description, distance($0.description, word)) }.min { $0.1 < $1.1 }
    return ranked.flatMap { $0.1 <= 2 ? $0.0 : nil }
  }

  /// How many letters must be put in, taken out or changed to make one word of the other.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (line, letter) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in right.indices {
        let changed = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, row[column + 1] + 1)
      }
    }
    return row[right.count]
  }
}
