internal import AlertModel

/// Shapes in order, prepared so that nearly all of them are ruled out by one pass over a document's top-level keys.
struct ShapeIndex: Sendable {
  private let keys: RootKeys
  private let candidates: [Candidate]

  /// One way to have one of the shapes.
  private struct Candidate {
    let needed: RootKeys.Found
    let shape: Shape
    let place: Int
  }

  init(_ shapes: [Shape]) {
    var names: [String] = []
    var candidates: [(needed: Set<String>, shape: Shape, place: Int)] = []
    for (place, shape) in shapes.enumerated() {
      for needed in shape.neededKeys {
        candidates.append((needed, shape, place))
        for name in needed.sorted() where !names.contains(name) { names.append(name) }
      }
    }
    keys = RootKeys(names)
    self.candidates = candidates.map { candidate in
      var needed: RootKeys.Found = 0
      for name in candidate.needed {
        if let place = names.firstIndex(of: name), place < RootKeys.Found.bitWidth {
          needed |= 1 << RootKeys.Found(place)
        }
      }
      return Candidate(needed: needed, shape: candidate.shape, place: candidate.place)
    }
  }

  /// The place of the first shape that the object has; nil where it has none.
  func first(of object: JSONNode) -> Int? {
    let missing = ~keys.found(in: object)
    for candidate in candidates where candidate.needed & missing == 0 && candidate.shape.matches(object) {
      return candidate.place
    }
    return nil
  }
}

extension Shape {
  /// Sets of top-level keys: a document of this shape has all the keys of at least one of them.
  fileprivate var neededKeys: [Set<String>] {
    switch self {
    case .has(let path), .equals(let path, _), .begins(let path, _), .isArray(let path), .isObject(let path):
      return [[String(path.name.prefix { $0 != "." })]]
    case .all(let shapes):
      return shapes.reduce([[]]) { sets, shape in
        let needed = shape.neededKeys
        return sets.flatMap { set in needed.map { set.union($0) } }
      }
    case .any(let shapes): return shapes.flatMap(\.neededKeys)
    case .not, .anything: return [[]]
    }
  }
}
