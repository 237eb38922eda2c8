internal import CSimdjson

/// Where the known names stand in every document of one layout: with the same keys in the same places, whatever the values.
///
/// Its memory belongs to the `DocumentLayouts` that made it.
struct DocumentLayout {
  /// By name: how many nodes behind the document's own the value stands, `missing`, or `unknown`.
  let places: UnsafeMutablePointer<Int32>
  /// False where one pass over a document cannot tell where the names stand.
  var isRegular = false

  static let missing: Int32 = 0
  /// There are several values, or one pass cannot tell.
  static let unknown: Int32 = -1

  /// The names that are not missing.
  private let found: UnsafeMutablePointer<Int32>
  private var foundCount = 0
  /// By node: what must be the same in another document; none where the layout is not kept.
  private var nodes: UnsafeMutableBufferPointer<UInt64>

  fileprivate init(nameCount: Int) {
    places = .allocate(capacity: nameCount)
    places.initialize(repeating: Self.missing, count: nameCount)
    found = .allocate(capacity: nameCount)
    nodes = .allocate(capacity: 0)
  }

  fileprivate func deallocate() {
    places.deallocate()
    found.deallocate()
    nodes.deallocate()
  }

  /// Notes where a value stands, or that it is unknown.
  @inline(__always)
  mutating func note(_ name: Int32, _ place: Int32) {
    if places[Int(name)] == Self.missing {
      found[foundCount] = name
      foundCount += 1
    }
    places[Int(name)] = place
  }

  /// Forgets where the names stand, and becomes the layout of a document; of none where there is no `root`.
  fileprivate mutating func begin(_ root: JSONNode?) {
    for place in 0..<foundCount { places[Int(found[place])] = Self.missing }
    foundCount = 0
    let count = root.map { Int($0.node.pointee.span) } ?? 0
    if nodes.count != count {
      nodes.deallocate()
      nodes = .allocate(capacity: count)
    }
    guard let root else { return }
    for place in 0..<count { nodes[place] = Self.word(of: root.node + place) }
  }

  /// - Parameter root: an object whose keys all have numbers.
  fileprivate func isLayout(of root: JSONNode) -> Bool {
    guard Int(root.node.pointee.span) == nodes.count else { return false }
    var difference: UInt64 = 0
    for place in nodes.indices { difference |= Self.word(of: root.node + place) ^ nodes[place] }
    return difference & Self.compared == 0
  }

  /// The half of a node that does not say where it stands in the text.
  @inline(__always)
  private static func word(of node: UnsafePointer<weir_json_node>) -> UInt64 {
    UnsafeRawPointer(node).loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
  }

  /// Of such a half, how many nodes belong to it, and which key it is. That tells keys from values, and so objects from arrays.
  /// Which kind of value there is besides, and whether it has escapes, makes no difference.
  private static let compared: UInt64 = 0xFFFF_0000_FFFF_FFFF
}

/// The layouts of the documents seen last. Detectors write their alerts alike, so what one pass over the keys of a document
/// has found mostly holds for another one as well.
///
/// A layout is known by all of its keys and where each stands: it is never taken for another.
struct DocumentLayouts {
  /// Sets of two: one for each value of so many bits.
  private static let setBits: UInt32 = 6
  private static let setCount = 1 << Int(setBits)
  /// Larger documents are seldom alike.
  private static let largestNodeCount: UInt32 = 1024

  private let nameCount: Int
  /// Made as they are needed; behind the sets there is one for documents whose layout is not kept.
  private let layouts: UnsafeMutablePointer<DocumentLayout?>

  init(nameCount: Int) {
    self.nameCount = nameCount
    layouts = .allocate(capacity: Self.setCount * 2 + 1)
    layouts.initialize(repeating: nil, count: Self.setCount * 2 + 1)
  }

  func deallocate() {
    forget()
    layouts.deallocate()
  }

  func forget() {
    for place in 0...Self.setCount * 2 {
      layouts[place]?.deallocate()
      layouts[place] = nil
    }
  }

  /// The layout of a document.
  ///
  /// - Parameters:
  ///   - hash: the same for documents of the same layout; nil where a key has no number.
  ///   - fill: finds out where the names stand in this document, where that is not known.
  @inline(__always)
  func layout(
    of root: JSONNode, hash: UInt32?, _ fill: (inout DocumentLayout) -> Void
  ) -> DocumentLayout {
    guard let hash, root.isObject, root.node.pointee.span <= Self.largestNodeCount else {
      return replace(layouts + Self.setCount * 2, with: nil, fill)
    }
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4).
    let set = layouts + Int((hash &* 0x9E37_79B1) >> (32 - Self.setBits)) * 2
    if let first = set[0], first.isLayout(of: root) { return first }
    if let second = set[1], second.isLayout(of: root) { return second }
    // The older of the two gives way.
    swap(&set[0], &set[1])
    return replace(set, with: root, fill)
  }

  private func replace(
    _ place: UnsafeMutablePointer<DocumentLayout?>, with root: JSONNode?, _ fill: (inout DocumentLayout) -> Void
  ) -> DocumentLayout {
    var layout = place.pointee ?? DocumentLayout(nameCount: nameCount)
    layout.begin(root)
    fill(&layout)
    place.pointee = layout
    return layout
  }
}
