internal import CSimdjson

/// Finds in one pass over a document every field that its vocabulary knows, so that asking for one costs no search.
///
/// Made for one thread, with a parser of its own, which remembers what the keys of the document before meant; filled anew
/// for each document. Where a document is written in a way that one pass cannot tell (keys with escapes, a key that is
/// repeated), the index says nothing and the fields are searched for one by one.
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
    fileprivate let entries: UnsafePointer<Entry>
    fileprivate let nameCount: Int
    fileprivate let document: UInt32
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
      let entry = entries + number
      guard entry.pointee.document == document else { return .missing }
      guard !entry.pointee.isRepeated, let node = entry.pointee.node else { return .unknown }
      return .node(JSONNode(bytes: root.bytes, node: node))
    }

    /// False where the document has no known name of that number; true where it may have one.
    @inline(__always)
    func mayHave(_ number: Int) -> Bool {
      number < 0 || number >= nameCount || entries[number].document == document
    }
  }

  /// Where a name was seen last.
  fileprivate struct Entry {
    /// The number of the document.
    var document: UInt32 = 0
    /// The key that led to it, by its place in the table.
    var place: Int32 = -1
    /// The object that the key is in.
    var object: UnsafePointer<weir_json_node>?
    var node: UnsafePointer<weir_json_node>?
    var isRepeated = false
  }

  private let known: KnownPaths
  private let keys: KeyTable
  private let entries: UnsafeMutablePointer<Entry>
  private let found: UnsafeMutablePointer<Int32>
  private let parser = DocumentParser()
  /// What the parser remembers, with what this index notes of it.
  private let remembered: UnsafeMutablePointer<weir_json_key>
  /// What was parsed last.
  private var parsed: UnsafeBufferPointer<weir_json_node>?
  private var foundCount = 0
  private var document: UInt32 = 0
  private var isRegular = false
  private var root: JSONNode?
  /// A bit for the first part of every key with a dot that stood in the root of any document so far.
  private var dottedHeads: UInt64 = 0

  /// An index of the fields that are known now; of those that become known later it says nothing.
  public init(_ vocabulary: Vocabulary) {
    known = vocabulary.paths
    keys = KeyTable(known.graph)
    entries = .allocate(capacity: keys.nameCount)
    entries.initialize(repeating: Entry(), count: keys.nameCount)
    found = .allocate(capacity: keys.nameCount)
    remembered = .allocate(capacity: Int(WEIR_JSON_KEYS))
    remembered.initialize(repeating: weir_json_key(), count: Int(WEIR_JSON_KEYS))
  }

  deinit {
    keys.deallocate()
    entries.deallocate()
    found.deallocate()
    remembered.deallocate()
  }

  /// Parses a document, as `DocumentParser.parse` does, so that it, or what is in it, can be indexed at less cost.
  public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    parsed = nil
    let root = try parser.parse(bytes, remembering: remembered)
    parsed = UnsafeBufferPointer(start: root.node, count: Int(root.node.pointee.span))
    return root
  }

  /// Indexes a document, whoever has parsed it. What was said about the one before is forgotten.
  ///
  /// - Returns: the document, whose fields are found through the index until that is filled again, and as long as it is kept.
  public func document(_ root: JSONNode) -> Document {
    fill(root)
    return Document(root, view, of: .passUnretained(self))
  }

  private func fill(_ root: JSONNode) {
    if document == .max {
      entries.update(repeating: Entry(), count: keys.nameCount)
      document = 0
    }
    document += 1
    self.root = root
    var walk = DocumentWalk(
      keys: keys, entries: entries, found: found, remembered: isOwn(root) ? remembered : nil, document: document,
      dottedHeads: dottedHeads, root: root)
    isRegular = root.isObject && walk.visit(root.node, from: 0)
    foundCount = walk.foundCount
    dottedHeads = walk.dottedHeads
  }

  /// True where what was remembered is of this document's keys.
  private func isOwn(_ root: JSONNode) -> Bool {
    guard let parsed, let first = parsed.baseAddress else { return false }
    return root.node >= first && root.node < first + parsed.count
  }

  /// What is said about the document that it was last filled with.
  private var view: View? {
    guard isRegular, let root else { return nil }
    return View(entries: entries, nameCount: keys.nameCount, document: document, root: root, known: known.identity)
  }

  /// The numbers of the known names that the document has; nil where the index cannot tell.
  package var numbersFound: UnsafeBufferPointer<Int32>? {
    isRegular ? UnsafeBufferPointer(start: found, count: foundCount) : nil
  }

  /// The place of the first of these numbers of known names, from `start` on, that the document has or may have; nil where
  /// it has none of them. A number below 0 stands for what every document has. Only where `numbersFound` is known.
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

/// One pass over one document.
private struct DocumentWalk {
  let keys: KeyTable
  let entries: UnsafeMutablePointer<DocumentIndex.Entry>
  let found: UnsafeMutablePointer<Int32>
  /// Nil where the document was parsed by somebody else.
  let remembered: UnsafeMutablePointer<weir_json_key>?
  let document: UInt32
  let bytes: UnsafePointer<UInt8>
  /// Behind a key there are its quote, a colon and a value at least, but behind the last ones no eight bytes.
  let lastWord: Int
  var foundCount = 0
  /// Takes up the root's keys when they are looked up: what is remembered was looked up once.
  private(set) var dottedHeads: UInt64

  init(
    keys: KeyTable, entries: UnsafeMutablePointer<DocumentIndex.Entry>, found: UnsafeMutablePointer<Int32>,
    remembered: UnsafeMutablePointer<weir_json_key>?, document: UInt32, dottedHeads: UInt64, root: JSONNode
  ) {
    self.keys = keys
    self.entries = entries
    self.found = found
    self.document = document
    self.remembered = remembered
    self.dottedHeads = dottedHeads
    bytes = root.bytes
    lastWord = Int(root.node.pointee.end) - 8
  }

  /// Follows every key of an object that leads on. Returns false where the document cannot be indexed.
  mutating func visit(_ object: UnsafePointer<weir_json_node>, from name: Int32) -> Bool {
    let end = object + Int(object.pointee.span)
    var node = object + 1
    while node < end {
      if node.pointee.escaped != 0 { return false }
      let place = place(of: node, from: name)
      if place >= 0, !follow(place, node, in: object) { return false }
      node += Int(node.pointee.span)
    }
    return true
  }

  /// The place in the table of a key in an object that stands for the name `from`; -1 where no name goes on so.
  @inline(__always)
  private mutating func place(of key: UnsafePointer<weir_json_node>, from name: Int32) -> Int {
    let slot = Int32(key.pointee.slot)
    guard let remembered, slot & WEIR_JSON_REMEMBERED != 0 else { return search(key, from: name, noting: nil) }
    let note = remembered + Int(slot & ~WEIR_JSON_REMEMBERED)
    return note.pointee.from == name + 1 ? Int(note.pointee.meaning) : search(key, from: name, noting: note)
  }

  /// Looks a key up whose meaning is not remembered. Mutating, as all of the walk would be copied for it otherwise.
  ///
  /// - Parameter note: takes up what it means.
  @inline(never)
  private mutating func search(
    _ node: UnsafePointer<weir_json_node>, from name: Int32, noting note: UnsafeMutablePointer<weir_json_key>?
  ) -> Int {
    let start = Int(node.pointee.start)
    let length = Int(node.pointee.end) - start
    guard length > 0 else { return -1 }
    let key = bytes + start
    let text = UnsafeRawBufferPointer(start: key, count: length)
    if name == 0, text.place(of: UInt8(ascii: ".")) != nil {
      dottedHeads |= PathView.bit(ofHead: PathView.head(of: text))
    }
    let place = start <= lastWord ? keys.place(from: name, key, length) : placeOfLast(key, length, from: name)
    // One more than the name's number, as no note is 0.
    note?.pointee.from = name + 1
    note?.pointee.meaning = Int32(place)
    return place
  }

  /// The same for a key behind which no word can be read.
  private func placeOfLast(_ key: UnsafePointer<UInt8>, _ length: Int, from name: Int32) -> Int {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length + 8) { copy in
      guard let copied = copy.baseAddress else { return -1 }
      copied.initialize(repeating: 0, count: length + 8)
      copied.update(from: key, count: length)
      return keys.place(from: name, copied, length)
    }
  }

  private mutating func follow(
    _ place: Int, _ key: UnsafePointer<weir_json_node>, in object: UnsafePointer<weir_json_node>
  ) -> Bool {
    let edge = keys[place]
    let entry = entries + Int(edge.to)
    if entry.pointee.document != document {
      entry.pointee = DocumentIndex.Entry(document: document, place: Int32(place), object: object, node: key + 1)
      found[foundCount] = edge.to
      foundCount += 1
    } else {
      if entry.pointee.place != place {
        // Dotted here, nested there: whether a key is repeated is not to be seen from the last one alone.
        if edge.leadsOn { return false }
      } else if entry.pointee.object == object {
        return false
      }
      entry.pointee.object = object
      entry.pointee.isRepeated = true
    }
    return !edge.leadsOn || descend(key + 1, from: edge.to)
  }

  private mutating func descend(_ value: UnsafePointer<weir_json_node>, from name: Int32) -> Bool {
    if value.pointee.kind == FieldValue.Kind.object.rawValue { return visit(value, from: name) }
    guard value.pointee.kind == FieldValue.Kind.array.rawValue else { return true }
    let end = value + Int(value.pointee.span)
    var element = value + 1
    while element < end {
      if !descend(element, from: name) { return false }
      element += Int(element.pointee.span)
    }
    return true
  }
}
