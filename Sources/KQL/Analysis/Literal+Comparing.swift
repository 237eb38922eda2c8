extension KQLLiteral {
  /// Whether one value of an alert may meet both; true where that cannot be told.
  func isCompatible(with other: KQLLiteral) -> Bool {
    switch (self, other) {
    case (.null, _), (_, .null): false
    case (.template, _), (_, .template): true
    case (.wildcard, .wildcard): true
    case (.wildcard(let pattern), _): pattern.accepts(other.text)
    case (_, .wildcard(let pattern)): pattern.accepts(text)
    default: Literal(text).mayBeMetTogether(with: Literal(other.text))
    }
  }

  /// Whether every value that meets this one meets the other too; false where that cannot be told.
  func isCovered(by other: KQLLiteral) -> Bool {
    switch (self, other) {
    case (.null, _), (_, .null), (.template, _), (_, .template): self == other && self != .null
    case (_, .wildcard(let pattern)) where pattern.isLone: true
    case (.wildcard(let own), .wildcard(let pattern)): own == pattern
    case (.wildcard, _): false
    // A number, an address or a date is met by other texts as well.
    case (_, .wildcard(let pattern)): !Literal(text).equalsOtherTexts && pattern.accepts(text)
    default: text == other.text
    }
  }
}

extension KQLPattern {
  func accepts(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { WildcardPattern(self).matches($0) }
  }
}
