/// Where a field's values stand in alerts of one format, as far as names alone tell it: only where they do not is the field
/// itself asked for.
struct FieldTrace: Sendable {
  /// Where the format has the value.
  let source: LeadingNames
  /// The number of the field's own name; `hidden` where what stands under it in documents is something else.
  let own: Int
  /// The bit of `Alert.addedHeads` that is set where an enricher may have added the field.
  let head: UInt64

  /// The number of the empty name, which no document has.
  static let hidden = 0
}

/// The names that a source begins with, by number. To ask for them takes no reference to anything.
struct LeadingNames: Sendable {
  /// The first that has a value counts.
  private(set) var numbers = SIMD4<Int32>(repeating: -1)
  private(set) var count = 0
  /// True where the source has nothing besides.
  private(set) var isWhole = true

  /// - Parameter source: nil for none, of which nothing is the whole.
  init(_ source: FieldSource?, among known: KnownPaths) {
    for path in source?.leadingPaths ?? [] {
      let number = path.map { $0.number(among: known.identity) } ?? -1
      guard number >= 0, count < numbers.scalarCount else {
        isWhole = false
        break
      }
      numbers[count] = Int32(number)
      count += 1
    }
  }
}

extension FieldSource {
  /// The paths whose first value is the source's; nil for the first part that is no path, behind which none comes.
  fileprivate var leadingPaths: [FieldPath?] {
    switch self {
    case .path(let path), .renamed(let path, _, _): return [path]
    case .list(let source): return source.leadingPaths
    case .first(let sources):
      var paths: [FieldPath?] = []
      for source in sources {
        paths += source.leadingPaths
        if paths.last == .some(nil) { break }
      }
      return paths
    case .envelope, .all, .firstInEach, .time, .addresses, .mapped, .only, .constant, .computed, .prefix: return [nil]
    }
  }
}

extension Alert {
  /// False where the alert has no value for the field; true where it may have one.
  @inline(__always)
  func mayHave(_ trace: FieldTrace) -> Bool {
    addedHeads & trace.head != 0 || !ambient.isEmpty || document.mayHave(trace.own) || document.mayHave(trace.source)
  }
}

extension Document {
  @inline(__always)
  fileprivate func mayHave(_ names: LeadingNames) -> Bool {
    guard names.isWhole else { return true }
    for place in 0..<names.count {
      if mayHave(Int(names.numbers[place])) { return true }
    }
    return false
  }
}

extension Visit {
  /// Walks over the values under the first of the names that has any.
  ///
  /// - Returns: false where the source itself must be asked: nothing has been looked at then.
  @inline(__always)
  mutating func follow(
    _ names: LeadingNames, in document: Document, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool
  ) -> Bool {
    for place in 0..<names.count {
      switch document.place(Int(names.numbers[place])) {
      case .missing: continue
      case .unknown: return false
      case .node(let node):
        guard !node.isArray else { return false }
        visit(node, emptyIsMissing: emptyIsMissing, body)
        if self != .nothing { return true }
      }
    }
    return names.isWhole
  }
}
