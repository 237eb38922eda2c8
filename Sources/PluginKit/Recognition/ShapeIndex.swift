internal import AlertModel

/// Shapes in order, prepared so that one pass over a document's top-level keys decides most of them.
struct ShapeIndex: Sendable {
  private let keys: RootKeys
  /// What decides most of it, apart from `candidates` so that looking through it touches nothing else.
  private let needs: [Need]
  private let candidates: [Candidate]

  private struct Need {
    /// Top-level keys that must stand there with a value other than null.
    var whole = RootKeys.Set()
    /// Top-level keys that must stand there or begin a dotted key.
    var begun = RootKeys.Set()
  }

  /// One way to have one of the shapes.
  private struct Candidate {
    /// What else must hold.
    var rest: [Shape] = []
    let shape: Shape
    let place: Int
  }

  init(_ shapes: [Shape]) {
    let ways = shapes.enumerated().flatMap { place, shape in
      shape.ways.map { (conditions: $0, shape: shape, place: place) }
    }
    var names: [String] = []
    for way in ways {
      for case let name? in way.conditions.map(\.topLevelKey) where !names.contains(name) { names.append(name) }
    }
    keys = RootKeys(names)
    var needs: [Need] = []
    var candidates: [Candidate] = []
    for way in ways {
      var need = Need()
      var candidate = Candidate(shape: way.shape, place: way.place)
      for condition in way.conditions {
        let place = condition.topLevelKey.flatMap { names.firstIndex(of: $0) }
        let key = place.flatMap { $0 < RootKeys.capacity ? RootKeys.Set($0) : nil }
        if let key, condition.isTopLevelKeyAlone {
          need.whole.formUnion(key)
        } else {
          if let key { need.begun.formUnion(key) }
          candidate.rest.append(condition)
        }
      }
      needs.append(need)
      candidates.append(candidate)
    }
    self.needs = needs
    self.candidates = candidates
  }

  /// The place of the first shape that the object has; nil where it has none.
  func first(of object: JSONNode) -> Int? {
    let found = keys.found(in: object)
    if found.isUncertain { return candidates.first { $0.shape.matches(object) }?.place }
    return needs.withUnsafeBufferPointer { needs in
      for at in needs.indices
      where needs[at].whole.isSubset(of: found.whole) && needs[at].begun.isSubset(of: found.begun) {
        if candidates[at].rest.allSatisfy({ $0.matches(object) }) { return candidates[at].place }
      }
      return nil
    }
  }
}

extension Shape {
  /// The ways to have this shape: in each of them, all of the conditions must hold. None of these is `all` or `any`.
  fileprivate var ways: [[Shape]] {
    switch self {
    case .all(let shapes):
      shapes.reduce([[]]) { ways, shape in
        let further = shape.ways
        return ways.flatMap { way in further.map { way + $0 } }
      }
    case .any(let shapes): shapes.flatMap(\.ways)
    case .anything: [[]]
    case .has, .equals, .begins, .isArray, .isObject, .not: [[self]]
    }
  }

  /// The key that a document of this shape must have at its top level, or begin a dotted key with.
  fileprivate var topLevelKey: String? {
    switch self {
    case .has(let path), .equals(let path, _), .begins(let path, _), .isArray(let path), .isObject(let path):
      String(path.name.prefix { $0 != "." })
    case .all, .any, .not, .anything: nil
    }
  }

  /// True where having `topLevelKey` with a value is all there is to it.
  fileprivate var isTopLevelKeyAlone: Bool {
    if case .has(let path) = self { return !path.name.contains(".") }
    return false
  }
}
