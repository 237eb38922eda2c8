internal import AlertModel

/// Shapes in order, prepared so that the fields that a document has lead to the few that it may have.
struct ShapeIndex: Sendable {
  /// One way to have one of the shapes: all of the conditions hold.
  private struct Way: Sendable {
    let conditions: [Shape]
    let shape: Shape
    let place: Int
  }

  private let ways: [Way]
  /// By way: the number of a path that a document must have for it; -1 where it asks for none.
  private let keys: [Int32]
  /// By way: true where it asks for nothing but a value at that path.
  private let isKeyEnough: [Bool]

  init(_ shapes: [Shape], _ vocabulary: Vocabulary) {
    let ways = shapes.enumerated().flatMap { place, shape in
      let prepared = shape.prepared(vocabulary)
      return prepared.ways.map { Way(conditions: $0, shape: prepared, place: place) }
    }
    self.ways = ways
    let paths = ways.map { $0.conditions.compactMap(\.path).map(vocabulary.number) }
    var count: [Int: Int] = [:]
    for number in paths.joined() { count[number, default: 0] += 1 }
    // A way is found by that of its paths which the fewest others ask for.
    keys = paths.map { numbers in Int32(numbers.min { (count[$0] ?? 0, $0) < (count[$1] ?? 0, $1) } ?? -1) }
    isKeyEnough = ways.map { way in
      if way.conditions.count == 1, case .has = way.conditions[0] { true } else { false }
    }
  }

  /// The place of the first shape that the document has; nil where it has none.
  ///
  /// - Parameter index: filled with the document.
  func first(of document: Document, _ index: DocumentIndex?) -> Int? {
    guard let index, index.isRegular else { return ways.first { $0.shape.matches(document) }?.place }
    var next = 0
    while let way = index.firstPossible(of: keys, from: next) {
      if holds(way, document) { return ways[way].place }
      next = way + 1
    }
    return nil
  }

  private func holds(_ way: Int, _ document: Document) -> Bool {
    if isKeyEnough[way], document.hasValue(Int(keys[way])) { return true }
    return ways[way].conditions.allSatisfy { $0.matches(document) }
  }
}

extension Shape {
  /// The same shape, its paths prepared for looking them up through an index.
  fileprivate func prepared(_ vocabulary: Vocabulary) -> Shape {
    switch self {
    case .has(let path): .has(vocabulary.path(path.name))
    case .equals(let path, let text): .equals(vocabulary.path(path.name), text)
    case .begins(let path, let text): .begins(vocabulary.path(path.name), text)
    case .isArray(let path): .isArray(vocabulary.path(path.name))
    case .isObject(let path): .isObject(vocabulary.path(path.name))
    case .all(let shapes): .all(shapes.map { $0.prepared(vocabulary) })
    case .any(let shapes): .any(shapes.map { $0.prepared(vocabulary) })
    case .not(let shape): .not(shape.prepared(vocabulary))
    case .anything: .anything
    }
  }

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

  /// The path that a document of this shape must have.
  fileprivate var path: FieldPath? {
    switch self {
    case .has(let path), .equals(let path, _), .begins(let path, _), .isArray(let path), .isObject(let path): path
    case .all, .any, .not, .anything: nil
    }
  }
}
