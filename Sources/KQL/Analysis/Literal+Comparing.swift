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
  ///
  /// - Parameter areAddresses: true where they are asked of a field that holds addresses and nothing else.
  func isCovered(by other: KQLLiteral, areAddresses: Bool) -> Bool {
    switch (self, other) {
    case (.null, _), (_, .null): false
    case (.template, _), (_, .template): isWritten(as: other)
    case (_, .wildcard(let pattern)) where pattern.isLone: true
    case (.wildcard(let own), .wildcard(let pattern)): pattern.accepts(own)
    case (.wildcard, _): false
    // A number, an address or a date is met by other texts as well.
    case (_, .wildcard(let pattern)): !Literal(text).equalsOtherTexts && pattern.accepts(text)
    default: isWritten(as: other) || Literal(text).isWithinNetwork(Literal(other.text), areAddresses: areAddresses)
    }
  }

  /// Whether both are the same, byte for byte: what Unicode takes for the same are different values. Quotation marks make
  /// no difference to a text.
  func isWritten(as other: KQLLiteral) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.boolean, _), (.text, _), (.phrase, _):
      switch other {
      case .boolean, .text, .phrase: text.utf8.elementsEqual(other.text.utf8)
      case .null, .wildcard, .template: false
      }
    case (.wildcard(let own), .wildcard(let pattern)):
      own.segments.elementsEqual(pattern.segments) { $0.utf8.elementsEqual($1.utf8) }
    case (.template(let own), .template(let template)):
      own == template && text.utf8.elementsEqual(other.text.utf8)
    case (.null, _), (.wildcard, _), (.template, _): false
    }
  }
}

extension KQLPattern {
  func accepts(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { WildcardPattern(self).matches($0) }
  }

  /// Whether every text that the other pattern matches is matched.
  func accepts(_ other: KQLPattern) -> Bool {
    // No text has this byte, so only a wildcard takes what stands for one.
    let text = other.segments.map { Array($0.utf8) }.joined(separator: [0xff])
    return Array(text).withUnsafeBytes { WildcardPattern(self).matches($0) }
  }
}
