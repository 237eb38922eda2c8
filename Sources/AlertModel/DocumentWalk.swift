internal import CSimdjson

/// One pass over one document, which finds where the known names stand in it.
struct DocumentWalk {
  /// What a key means that the parser remembers.
  struct Note {
    /// One more than the number of the name that the object stands for, which the key is in; 0 for no note.
    var from: Int32 = 0
    /// The key's place in the table; -1 where it leads to no known name.
    var meaning: Int32 = -1
  }

  /// By name: how it was found last.
  struct Find {
    /// The key that led to it, by its place in the table.
    var key: Int32
    /// The object that the key is in.
    var object: UnsafePointer<weir_json_node>
  }

  private let keys: KeyTable
  /// By the number of the key; nil where the document was parsed by somebody else.
  private let notes: UnsafeMutablePointer<Note>?
  private let finds: UnsafeMutablePointer<Find>
  private let root: JSONNode
  /// Behind a key there are its quote, a colon and a value at least, but behind the last ones no eight bytes.
  private let lastWord: Int
  /// Takes up what is found.
  var layout: DocumentLayout
  /// Takes up the root's keys when they are looked up: what is noted was looked up once.
  private(set) var dottedHeads: UInt64

  init(
    keys: KeyTable, notes: UnsafeMutablePointer<Note>?, finds: UnsafeMutablePointer<Find>, layout: DocumentLayout,
    dottedHeads: UInt64, root: JSONNode
  ) {
    self.keys = keys
    self.notes = notes
    self.finds = finds
    self.layout = layout
    self.dottedHeads = dottedHeads
    self.root = root
    lastWord = Int(root.node.pointee.end) - 8
  }

  /// Follows every key of an object that leads on. Returns false where the document cannot be indexed.
  mutating func visit(_ object: UnsafePointer<weir_json_node>, from name: Int32) -> Bool {
    let end = object + Int(object.pointee.span)
    var node = object + 1
    while node < end {
      if node.pointee.escaped != 0 { return false }
      let key = place(of: node, from: name)
      if key >= 0, !follow(key, node, in: object) { return false }
      node += Int(node.pointee.span)
    }
    return true
  }

  /// The place in the table of a key in an object that stands for the name `from`; -1 where no name goes on so.
  @inline(__always)
  private mutating func place(of key: UnsafePointer<weir_json_node>, from name: Int32) -> Int {
    guard let notes, key.pointee.key != 0 else { return search(key, from: name, noting: nil) }
    let note = notes + Int(key.pointee.key)
    return note.pointee.from == name + 1 ? Int(note.pointee.meaning) : search(key, from: name, noting: note)
  }

  /// Looks a key up whose meaning is not noted. Mutating, as all of the walk would be copied for it otherwise.
  ///
  /// - Parameter note: takes up what it means.
  @inline(never)
  private mutating func search(
    _ node: UnsafePointer<weir_json_node>, from name: Int32, noting note: UnsafeMutablePointer<Note>?
  ) -> Int {
    let start = Int(node.pointee.start)
    let length = Int(node.pointee.end) - start
    guard length > 0 else { return -1 }
    let key = root.bytes + start
    let text = UnsafeRawBufferPointer(start: key, count: length)
    if name == 0, text.place(of: UInt8(ascii: ".")) != nil {
      dottedHeads |= PathView.bit(ofHead: PathView.head(of: text))
    }
    let place = start <= lastWord ? keys.place(from: name, key, length) : placeOfLast(key, length, from: name)
    note?.pointee = Note(from: name + 1, meaning: Int32(place))
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
    let find = finds + Int(edge.to)
    if layout.places[Int(edge.to)] == DocumentLayout.missing {
      find.initialize(to: Find(key: Int32(place), object: object))
      layout.note(edge.to, Int32(key + 1 - root.node))
    } else {
      if find.pointee.key != place {
        // Dotted here, nested there: whether a key is repeated is not to be seen from the last one alone.
        if edge.leadsOn { return false }
      } else if find.pointee.object == object {
        return false
      }
      find.pointee.object = object
      layout.note(edge.to, DocumentLayout.unknown)
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
