/// Many patterns, exact or with `*`, asked at once which of them a value matches.
///
/// The cost of a question depends on the length of the value and hardly on the number of patterns. Exact patterns are
/// found by hash. A pattern with wildcards is kept under that run of its literal bytes which is rarest among all
/// patterns; a question looks each run of the value's bytes up, and tries only the patterns that it finds. Unlike an
/// index by prefix, that also tells `arn:aws:iam::*:role/A` from `arn:aws:iam::*:role/B`.
public struct PatternIndex: Sendable {
  /// Every distinct pattern; its number here is its number everywhere.
  private let patterns: KeyIndex
  /// Most values are none of them as written.
  private let ends: EndFilter
  private let runs: [RunTable]
  /// Patterns without any literal byte.
  private let unconditional: [UInt32]

  /// - Parameter patterns: the patterns; the number that `insert` gave each is what a question is answered with.
  public init(_ patterns: KeyIndex) {
    self.patterns = patterns
    ends = EndFilter(patterns)
    var wildcards: [UInt32] = []
    for number in 0..<patterns.count where patterns.withKey(number, Wildcard.isPattern) {
      wildcards.append(UInt32(number))
    }
    var remaining = wildcards
    var runs: [RunTable] = []
    for length in [8, 4, 2, 1] where !remaining.isEmpty {
      let (table, rest) = RunTable.make(length: length, patterns: patterns, remaining)
      if let table { runs.append(table) }
      remaining = rest
    }
    self.runs = runs
    unconditional = remaining
  }

  public init(_ patterns: some Sequence<String>) {
    var keys = KeyIndex()
    for pattern in patterns { keys.insert(pattern) }
    self.init(keys)
  }

  /// How many distinct patterns there are.
  public var count: Int { patterns.count }

  /// The pattern of that number.
  public func text(_ number: Int) -> String { patterns.text(number) }

  /// Calls `body` with the bytes of the pattern of that number.
  public func withPattern<Result>(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    patterns.withKey(number, body)
  }

  /// True where the pattern of that number matches the value.
  public func matches(_ number: Int, _ value: UnsafeRawBufferPointer) -> Bool {
    patterns.withKey(number) { Wildcard.matches($0, value) }
  }

  /// Calls `body` with the number of each pattern that `value` matches, until it returns true. A pattern may come twice.
  ///
  /// - Returns: true where `body` returned true.
  @discardableResult
  public func forEachMatch(of value: UnsafeRawBufferPointer, _ body: (Int) -> Bool) -> Bool {
    if ends.mayHave(value), let number = patterns.number(of: value), body(number) { return true }
    if runs.isEmpty, unconditional.isEmpty { return false }
    for table in runs {
      let stopped = table.forEachCandidate(in: value) { candidate in
        let number = Int(candidate)
        return patterns.withKey(number) { Wildcard.matches($0, value) } && body(number)
      }
      if stopped { return true }
    }
    return unconditional.contains { body(Int($0)) }
  }
}
