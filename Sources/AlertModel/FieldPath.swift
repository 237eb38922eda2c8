internal import CSimdjson
internal import Glibc

/// The name of a field, prepared for looking it up in documents.
///
/// `a.b.c` finds the value under nested objects, under dotted keys, and under any mixture of both; arrays on the way are
/// crossed (every element is looked at). Keys may hold anything else too, so `output_fields.proc.aname[2]` is a path.
/// Where an object repeats a key, its last value counts, as in JavaScript, Python and Go.
public struct FieldPath: Hashable, Sendable {
  /// What a path is made of, behind one reference: paths are copied for every look-up.
  private final class Storage: Sendable {
    let name: String
    let utf8: [UInt8]
    /// Among which paths it is known, and what keeps them; nil where no index knows it.
    let known: KnownPaths.Identity?
    private let keeper: KnownPaths?
    let number: Int
    /// The parts of the name that end at a dot, from the shortest on.
    let above: [(number: Int32, length: Int)]
    /// The same for names with the same first part, and rarely for others.
    let head: UInt64

    init(_ name: String, _ known: KnownPaths?, _ numbers: [(number: Int32, length: Int)]) {
      self.name = name
      utf8 = Array(name.utf8)
      self.known = known?.identity
      keeper = known
      number = numbers.last.map { Int($0.number) } ?? -1
      above = numbers.dropLast()
      head = utf8.prefix { $0 != UInt8(ascii: ".") }.reduce(0xcbf2_9ce4_8422_2325) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01b3
      }
    }
  }

  private let storage: Storage

  /// The name as written.
  public var name: String { storage.name }
  private var utf8: [UInt8] { storage.utf8 }

  public init(_ name: String) {
    storage = Storage(name, nil, [])
  }

  /// Leads to where one stands already.
  static let here = FieldPath("")

  /// - Parameter numbers: of every part of the name that ends at a dot, and last of the name itself.
  init(_ name: String, among known: KnownPaths, numbers: [(number: Int32, length: Int)]) {
    storage = Storage(name, known, numbers)
  }

  /// The path's number in an index of those paths; -1 where it has none there.
  @inline(__always)
  func number(among known: KnownPaths.Identity) -> Int { storage.known == known ? storage.number : -1 }

  /// The numbers of what lies on the way, from the shortest on.
  var numbersAbove: [(number: Int32, length: Int)] { storage.above }

  public static func == (left: FieldPath, right: FieldPath) -> Bool {
    left.storage === right.storage || left.storage.utf8 == right.storage.utf8
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(storage.utf8) }

  /// Calls `body` with each value at this path below `root`, in document order, until it returns true.
  ///
  /// An array is not a value but each of its elements is; `null` is passed on, an empty array gives nothing.
  /// - Returns: true where `body` returned true.
  @discardableResult
  public func forEachValue(in root: JSONNode, _ body: (JSONNode) -> Bool) -> Bool {
    storage.utf8.withUnsafeBytes { visit(root, $0, throughArrays: true, body) }
  }

  /// Calls `body` with each node at this path below `root`, arrays as they are, until it returns true.
  @discardableResult
  public func forEachNode(in root: JSONNode, _ body: (JSONNode) -> Bool) -> Bool {
    storage.utf8.withUnsafeBytes { visit(root, $0, throughArrays: false, body) }
  }

  /// Calls `body` with each value at this path, as `forEachValue(in root:)` does.
  @discardableResult
  public func forEachValue(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    switch document.place(of: self) {
    case .missing: return false
    case .node(let node): return node.isArray ? visit(node, Self.nothing, throughArrays: true, body) : body(node)
    case .unknown: return forEachValue(in: document.root, body)
    }
  }

  /// Calls `body` with each node at this path, as `forEachNode(in root:)` does.
  @discardableResult
  public func forEachNode(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    switch document.place(of: self) {
    case .missing: return false
    case .node(let node): return body(node)
    case .unknown: return forEachNode(in: document.root, body)
    }
  }

  private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

  /// The first value at this path that is not `null`.
  public func first(in document: Document) -> JSONNode? {
    var found: JSONNode?
    forEachValue(in: document) { node in
      guard node.kind != .null else { return false }
      found = node
      return true
    }
    return found
  }

  /// The first value at this path below `root` that is not `null`.
  public func first(in root: JSONNode) -> JSONNode? { first(in: Document(root)) }

  /// The same for names with the same first part, and rarely for others.
  @inline(__always)
  var head: UInt64 { storage.head }

  /// What is left of this name below `other`; nil where it is not below it.
  func remainder(below other: FieldPath) -> FieldPath? {
    let length = other.utf8.count
    guard length < utf8.count, isOrLies(below: other) else { return nil }
    return FieldPath(String(decoding: utf8[(length + 1)...], as: UTF8.self))
  }

  /// True for the other name, and for every name that goes on behind it with a dot.
  func isOrLies(below other: FieldPath) -> Bool {
    guard head == other.head, utf8.starts(with: other.utf8) else { return false }
    return utf8.count == other.utf8.count || utf8[other.utf8.count] == UInt8(ascii: ".")
  }

  private func visit(
    _ node: JSONNode, _ rest: UnsafeRawBufferPointer, throughArrays: Bool, _ body: (JSONNode) -> Bool
  ) -> Bool {
    if node.isArray, throughArrays || !rest.isEmpty {
      for element in node.elements where visit(element, rest, throughArrays: throughArrays, body) { return true }
      return false
    }
    guard !rest.isEmpty else { return body(node) }
    guard node.isObject else { return false }
    let end = node.node + Int(node.node.pointee.span)
    var key = node.node + 1
    while key < end {
      let matched = matchedLength(of: key, in: node, rest)
      if matched >= 0, !isRepeated(key, until: end, in: node) {
        let remaining = UnsafeRawBufferPointer(rebasing: rest[min(matched + 1, rest.count)...])
        if visit(JSONNode(bytes: node.bytes, node: key + 1), remaining, throughArrays: throughArrays, body) {
          return true
        }
      }
      key += Int(key.pointee.span)
    }
    return false
  }

  /// How many bytes of `rest` the key stands for: all of them, or as many as come before a dot; -1 where it differs.
  @inline(__always)
  private func matchedLength(
    of key: UnsafePointer<weir_json_node>, in object: JSONNode, _ rest: UnsafeRawBufferPointer
  ) -> Int {
    let length = Int(key.pointee.end &- key.pointee.start)
    if key.pointee.escaped != 0 { return matchedLength(ofEscaped: key, in: object, rest) }
    guard length <= rest.count, length > 0, let name = rest.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      return -1
    }
    // Most keys are of a length at which the name has no dot: one byte tells.
    guard length == rest.count || name[length] == UInt8(ascii: ".") else { return -1 }
    let start = object.bytes + Int(key.pointee.start)
    guard start[0] == name[0], start[length - 1] == name[length - 1] else { return -1 }
    return memcmp(start, name, length) == 0 ? length : -1
  }

  private func matchedLength(
    ofEscaped key: UnsafePointer<weir_json_node>, in object: JSONNode, _ rest: UnsafeRawBufferPointer
  ) -> Int {
    var text: [UInt8] = []
    JSONNode(bytes: object.bytes, node: key).value.appendText(to: &text)
    guard !text.isEmpty, rest.starts(with: text) else { return -1 }
    return text.count == rest.count || rest[text.count] == UInt8(ascii: ".") ? text.count : -1
  }

  /// True where the same key comes again further on, so that this one does not count.
  private func isRepeated(
    _ key: UnsafePointer<weir_json_node>, until end: UnsafePointer<weir_json_node>, in object: JSONNode
  ) -> Bool {
    let length = key.pointee.end &- key.pointee.start
    let start = object.bytes + Int(key.pointee.start)
    var other = key + Int(key.pointee.span)
    while other < end {
      if other.pointee.end &- other.pointee.start == length,
        memcmp(object.bytes + Int(other.pointee.start), start, Int(length)) == 0
      {
        return true
      }
      other += Int(other.pointee.span)
    }
    return false
  }

  // MARK: What the writer asks

  /// True where the document has this field, even as `null`.
  package func exists(in document: Document) -> Bool {
    forEachNode(in: document) { _ in true }
  }

  /// True where the document has this field with something else than `null` or `""`.
  func hasValue(in document: Document) -> Bool {
    forEachNode(in: document) { $0.kind != .null && !($0.kind == .string && $0.value.bytes.isEmpty) }
  }

  /// The deepest object on the way to this field, and how many bytes of the name lead there.
  ///
  /// Where something that is no object stands in the way, or where the document writes siblings with dotted keys, that is
  /// the root and all of the name is left: the field becomes a dotted key.
  func deepestObject(in document: Document) -> (object: JSONNode, consumed: Int) {
    document.deepestObject(of: self) ?? deepestObject(in: document.root)
  }

  private func deepestObject(in root: JSONNode) -> (object: JSONNode, consumed: Int) {
    utf8.withUnsafeBytes { name in
      var object = root
      var consumed = 0
      search: while true {
        let rest = UnsafeRawBufferPointer(rebasing: name[consumed...])
        let end = object.node + Int(object.node.pointee.span)
        var key = object.node + 1
        while key < end {
          let matched = matchedLength(of: key, in: object, rest)
          if matched >= 0, matched < rest.count, !isRepeated(key, until: end, in: object) {
            let value = JSONNode(bytes: object.bytes, node: key + 1)
            guard value.isObject else { return (root, Self.wholeName) }
            object = value
            consumed += matched + 1
            continue search
          }
          key += Int(key.pointee.span)
        }
        return (object, consumed == 0 && hasDottedSibling(in: root) ? Self.wholeName : consumed)
      }
    }
  }

  /// True where a key of the object begins with the name's first part and a dot.
  func hasDottedSibling(in object: JSONNode) -> Bool {
    let length = storage.above.first?.length ?? utf8.firstIndex(of: UInt8(ascii: ".")) ?? utf8.count
    return utf8.withUnsafeBytes { name in
      guard object.isObject, let name = name.baseAddress else { return false }
      let end = object.node + Int(object.node.pointee.span)
      var key = object.node + 1
      while key < end {
        let start = object.bytes + Int(key.pointee.start)
        if Int(key.pointee.end &- key.pointee.start) > length, start[length] == UInt8(ascii: "."),
          memcmp(start, name, length) == 0
        {
          return true
        }
        key += Int(key.pointee.span)
      }
      return false
    }
  }

  /// In place of a number of bytes that lead to an object: the name is to be written as one dotted key.
  static let wholeName = -1

  /// Appends the keys of what is left of the name behind `start`, an object opened for each but the last:
  /// `"weir":{"alert_id":`. The whole name is one key.
  ///
  /// - Returns: how many objects were opened.
  func open(from start: Int, in json: inout [UInt8]) -> Int {
    storage.utf8.withUnsafeBytes { name in
      // A dot becomes four bytes, and there are three more at the ends.
      withUnsafeTemporaryAllocation(byteCount: name.count * 4 + 3, alignment: 1) { keys in
        var opened = 0
        keys[0] = UInt8(ascii: "\"")
        var count = 1
        for at in max(0, start)..<name.count {
          if name[at] == UInt8(ascii: "."), start != Self.wholeName {
            keys.storeBytes(of: Self.opening, toByteOffset: count, as: UInt32.self)
            count += 4
            opened += 1
          } else {
            keys[count] = name[at]
            count += 1
          }
        }
        keys[count] = UInt8(ascii: "\"")
        keys[count + 1] = UInt8(ascii: ":")
        json.append(contentsOf: UnsafeRawBufferPointer(rebasing: keys[..<(count + 2)]))
        return opened
      }
    }
  }

  /// `":{"`, which ends one key and begins another in the object below, as it lies in memory.
  private static let opening = UInt32(littleEndian: 0x227B_3A22)

  /// Appends the part of the name that begins at `start`, up to the next dot, as a key: `"alert_id":`; all of the name for
  /// `wholeName`.
  ///
  /// - Returns: the length of that part.
  func writeKey(from start: Int, to json: inout [UInt8]) -> Int {
    storage.utf8.withUnsafeBytes { name in
      let dot = start == Self.wholeName ? nil : name.place(of: UInt8(ascii: "."), from: start)
      let part = UnsafeRawBufferPointer(rebasing: name[max(0, start)..<(dot ?? name.count)])
      json.append(UInt8(ascii: "\""))
      json.append(contentsOf: part)
      json.append(UInt8(ascii: "\""))
      json.append(UInt8(ascii: ":"))
      return part.count
    }
  }

  /// True where the name has `end` bytes.
  func ends(at end: Int) -> Bool { end >= utf8.count || end == utf8.count + Self.wholeName }

  /// True where both names begin with the same `length` bytes.
  func shares(prefixOf length: Int, with other: FieldPath) -> Bool {
    storage.utf8.withUnsafeBytes { ours in
      other.storage.utf8.withUnsafeBytes { theirs in
        ours.count >= length && theirs.count >= length
          && UnsafeRawBufferPointer(rebasing: ours[..<length])
            .hasSameBytes(as: UnsafeRawBufferPointer(rebasing: theirs[..<length]))
      }
    }
  }
}
