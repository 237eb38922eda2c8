internal import CSimdjson

/// Finds in one pass over a document every field that its vocabulary knows, so that asking for one costs no search.
///
/// Made for one thread, with a parser of its own; filled anew for each document. Where a document is written in a way that
/// one pass cannot tell (keys with escapes, a key that is repeated), the index says nothing and the fields are searched for
/// one by one.
public final class DocumentIndex {
  /// What the index says about a name.
  enum Place {
    case missing
    case node(JSONNode)
    /// There are several, or the index does not know.
    case unknown
  }

  /// What the index says about its document. It borrows from the index, so that to pass it on takes no reference.
  struct View {
    fileprivate let places: UnsafePointer<Int32>
    fileprivate let nameCount: Int
    fileprivate let root: JSONNode
    /// Whose numbers the names have.
    fileprivate let known: KnownPaths.Identity

    /// Where the field is.
    @inline(__always)
    func place(of path: PathView) -> Place { place(path.number(among: known)) }

    /// Where a known name leads.
    @inline(__always)
    func place(_ number: Int) -> Place {
      guard number >= 0, number < nameCount else { return .unknown }
      let place = places[number]
      if place == DocumentLayout.missing { return .missing }
      return place > 0 ? .node(JSONNode(bytes: root.bytes, node: root.node + Int(place))) : .unknown
    }

    /// False where the document has no known name of that number; true where it may have one.
    @inline(__always)
    func mayHave(_ number: Int) -> Bool {
      number < 0 || number >= nameCount || places[number] != DocumentLayout.missing
    }
  }

  private let known: KnownPaths
  private let keys: KeyTable
  private let parser = DocumentParser(remembersKeys: true)
  /// What was parsed last, and what the parser knows of its layout.
  private var parsed: JSONNode?
  private var lastLayout = weir_json_layout()
  private let layouts: DocumentLayouts
  private let notes: UnsafeMutablePointer<DocumentWalk.Note>
  private let finds: UnsafeMutablePointer<DocumentWalk.Find>
  private var view: View?
  /// A bit for the first part of every key with a dot that stood in the root of any document so far.
  private var dottedHeads: UInt64 = 0

  /// An index of the fields that are known now; of those that become known later it says nothing.
  public init(_ vocabulary: Vocabulary) {
    known = vocabulary.paths
    keys = KeyTable(known.graph)
    layouts = DocumentLayouts(nameCount: keys.nameCount)
    notes = .allocate(capacity: Int(WEIR_JSON_KEYS))
    notes.initialize(repeating: DocumentWalk.Note(), count: Int(WEIR_JSON_KEYS))
    finds = .allocate(capacity: keys.nameCount)
  }

  deinit {
    keys.deallocate()
    layouts.deallocate()
    notes.deallocate()
    finds.deallocate()
  }

  /// Parses a document, as `DocumentParser.parse` does, so that it, or what is in it, can be indexed at less cost.
  public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    parsed = nil
    view = nil
    let root = try parser.parse(bytes)
    parsed = root
    let layout = parser.lastLayout
    if layout.generation != lastLayout.generation {
      layouts.forget()
      notes.update(repeating: DocumentWalk.Note(), count: Int(WEIR_JSON_KEYS))
    }
    lastLayout = layout
    return root
  }

  /// Indexes a document, whoever has parsed it. What was said about the one before is forgotten.
  ///
  /// - Returns: the document, whose fields are found through the index until that parses or is filled again, and as long as
  ///   it is kept.
  public func document(_ root: JSONNode) -> Document {
    let start = placeInParsed(of: root)
    let layout = layouts.layout(of: root, hash: start.flatMap(hash)) { layout in
      var walk = DocumentWalk(
        keys: keys, notes: start == nil ? nil : notes, finds: finds, layout: layout, dottedHeads: dottedHeads,
        root: root)
      walk.layout.isRegular = root.isObject && walk.visit(root.node, from: 0)
      layout = walk.layout
      dottedHeads = walk.dottedHeads
    }
    view =
      layout.isRegular
      ? View(places: layout.places, nameCount: keys.nameCount, root: root, known: known.identity)
      : nil
    return Document(root, view, of: .passUnretained(self))
  }

  /// Which of the nodes that were parsed last the document is; nil for what somebody else has parsed.
  private func placeInParsed(of root: JSONNode) -> Int? {
    guard let first = parsed?.node else { return nil }
    return root.node >= first && root.node < first + Int(first.pointee.span) ? root.node - first : nil
  }

  /// The same for what stands in the same place of documents of the same layout; nil where a key is not remembered.
  private func hash(ofPlace place: Int) -> UInt32? {
    lastLayout.hash == 0 ? nil : lastLayout.hash &+ UInt32(truncatingIfNeeded: place)
  }

  /// False where the index cannot tell which known names its document has.
  package var isRegular: Bool { view != nil }

  /// The place of the first of these numbers of known names, from `start` on, that the document has or may have; nil where
  /// it has none of them. A number below 0 stands for what every document has. Only where `isRegular`.
  package func firstPossible(of numbers: [Int32], from start: Int) -> Int? {
    guard let view else { return nil }
    return numbers.withUnsafeBufferPointer { numbers in
      (start..<numbers.count).first { view.mayHave(Int(numbers[$0])) }
    }
  }

  /// The number under which the index knows the field; -1 where it does not.
  @inline(__always)
  func number(of path: PathView) -> Int { path.number(among: known.identity) }

  /// The deepest object on the way to the field, as `PathView.deepestObject` finds it; nil where the index cannot tell.
  func deepestObject(of path: PathView) -> (object: JSONNode, consumed: Int)? {
    guard let view, number(of: path) >= 0 else { return nil }
    let root = view.root
    var deepest = (object: root, consumed: 0)
    for depth in path.above.indices {
      let above = path.above[depth]
      switch view.place(Int(above.number)) {
      case .missing: continue
      case .unknown: return nil
      case .node(let node):
        guard node.isObject else { return (root, PathView.wholeName) }
        deepest = (node, above.length + 1)
      }
    }
    if deepest.consumed == 0, hasDottedSibling(path, in: root) { deepest.consumed = PathView.wholeName }
    return deepest
  }

  /// False where no key of the document is the path's first part, or begins with that and a dot; true where one may be.
  func mayBegin(with path: PathView) -> Bool {
    guard let view, number(of: path) >= 0, let first = path.above.first,
      case .missing = view.place(Int(first.number))
    else { return true }
    return hasDottedSibling(path, in: view.root)
  }

  /// Looks over the root's keys only where a document ever had one that may be meant.
  private func hasDottedSibling(_ path: PathView, in root: JSONNode) -> Bool {
    dottedHeads & PathView.bit(ofHead: path.head) != 0 && path.hasDottedSibling(in: root)
  }
}
