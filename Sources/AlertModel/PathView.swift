internal import CSimdjson
internal import Glibc

/// What can be asked of a field's name: plain memory that belongs to a `FieldPath`, so that to pass it on counts no reference.
///
/// Unchecked, as the memory is written once, before anybody else has it.
struct PathView: @unchecked Sendable {
  /// A part of a name that ends at a dot, or all of it.
  typealias Part = (number: Int32, length: Int)

  /// The name's UTF-8, which lies within `wholeKey`.
  let name: UnsafeRawBufferPointer
  /// Among which paths it is known; nil where no index knows it.
  private let known: KnownPaths.Identity?
  private let number: Int
  /// The parts of the name that end at a dot, from the shortest on; none where no index knows the name.
  let above: UnsafeBufferPointer<Part>
  /// The same for names with the same first part, and rarely for others.
  let head: UInt64
  /// The name as one key: `"a.b":`. All the bytes lie in this memory.
  private let wholeKey: UnsafeRawBufferPointer
  /// The name as keys, with an object opened for each but the last: `"a":{"b":`.
  private let nestedKeys: UnsafeRawBufferPointer

  /// - Parameter numbers: of every part of the name that ends at a dot, and last of the name itself; none where it is known
  ///   nowhere.
  init(_ text: String, among known: KnownPaths.Identity?, _ numbers: [Part]) {
    var text = text
    (wholeKey, nestedKeys, head) = text.withUTF8(Self.keys)
    name = UnsafeRawBufferPointer(rebasing: wholeKey[1..<(wholeKey.count - 2)])
    if numbers.count > 1 {
      let parts = UnsafeMutableBufferPointer<Part>.allocate(capacity: numbers.count - 1)
      _ = parts.initialize(from: numbers.dropLast())
      above = UnsafeBufferPointer(parts)
    } else {
      above = UnsafeBufferPointer(start: nil, count: 0)
    }
    self.known = known
    number = numbers.last.map { Int($0.number) } ?? -1
  }

  /// Writes a name as one key, and, where it has dots, behind that as nested ones; and works its head out. Thousands of
  /// paths are made at a start, so this asks for memory once.
  private static func keys(
    _ name: UnsafeBufferPointer<UInt8>
  ) -> (whole: UnsafeRawBufferPointer, nested: UnsafeRawBufferPointer, head: UInt64) {
    let (quote, dot) = (UInt8(ascii: "\""), UInt8(ascii: "."))
    var dots = 0
    for byte in name where byte == dot { dots += 1 }
    let wholeCount = name.count + 3
    let nestedCount = dots > 0 ? wholeCount + dots * 3 : 0
    let memory = UnsafeMutableRawPointer.allocate(byteCount: wholeCount + nestedCount, alignment: 1)
    let bytes = memory.bindMemory(to: UInt8.self, capacity: wholeCount + nestedCount)
    bytes[0] = quote
    if let name = name.baseAddress { memcpy(bytes + 1, name, wholeCount - 3) }
    bytes[wholeCount - 2] = quote
    bytes[wholeCount - 1] = UInt8(ascii: ":")
    let whole = UnsafeRawBufferPointer(start: memory, count: wholeCount)
    guard dots > 0 else { return (whole, whole, head(of: UnsafeRawBufferPointer(name))) }
    // The same with `":{"` for each dot.
    var end = bytes + wholeCount
    for at in 0..<wholeCount {
      if bytes[at] == dot {
        (end[0], end[1], end[2], end[3]) = (quote, UInt8(ascii: ":"), UInt8(ascii: "{"), quote)
        end += 4
      } else {
        end[0] = bytes[at]
        end += 1
      }
    }
    let nested = UnsafeRawBufferPointer(start: memory + wholeCount, count: nestedCount)
    return (whole, nested, head(of: UnsafeRawBufferPointer(name)))
  }

  /// FNV-1a of the name's first part.
  static func head(of name: UnsafeRawBufferPointer) -> UInt64 {
    var head: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name {
      if byte == UInt8(ascii: ".") { break }
      head = (head ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return head
  }

  /// One of 64 bits: the same for the same heads, and now and then for others.
  static func bit(ofHead head: UInt64) -> UInt64 { 1 << (head >> 58) }

  /// Gives the memory back, once nobody asks any more.
  func deallocate() {
    wholeKey.deallocate()
    above.deallocate()
  }

  /// The path's number in an index of those paths; -1 where it has none there.
  @inline(__always)
  func number(among paths: KnownPaths.Identity) -> Int { known == paths ? number : -1 }

  /// True for views of the same name.
  @inline(__always)
  func hasSameName(as other: PathView) -> Bool {
    name.baseAddress == other.name.baseAddress || head == other.head && name.hasSameBytes(as: other.name)
  }

  @inline(__always)
  func isSame(as other: PathView?) -> Bool { other.map(hasSameName) ?? false }

  /// True for the other name, and for every name that goes on behind it with a dot.
  func isOrLies(below other: PathView) -> Bool {
    let length = other.name.count
    guard head == other.head, shares(prefixOf: length, with: other) else { return false }
    return name.count == length || name[length] == UInt8(ascii: ".")
  }

  /// True where both names begin with the same `length` bytes.
  func shares(prefixOf length: Int, with other: PathView) -> Bool {
    name.count >= length && other.name.count >= length
      && UnsafeRawBufferPointer(rebasing: name[..<length])
        .hasSameBytes(as: UnsafeRawBufferPointer(rebasing: other.name[..<length]))
  }

  // MARK: Looking it up

  /// As `FieldPath.forEachValue(in document:)`.
  func forEachValue(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    switch document.place(of: self) {
    case .missing: return false
    case .node(let node): return node.isArray ? visit(node, Self.nothing, throughArrays: true, body) : body(node)
    case .unknown: return visit(document.root, throughArrays: true, body)
    }
  }

  /// As `FieldPath.forEachNode(in document:)`.
  func forEachNode(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    switch document.place(of: self) {
    case .missing: return false
    case .node(let node): return body(node)
    case .unknown: return visit(document.root, throughArrays: false, body)
    }
  }

  private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

  func visit(_ root: JSONNode, throughArrays: Bool, _ body: (JSONNode) -> Bool) -> Bool {
    visit(root, name, throughArrays: throughArrays, body)
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
  func exists(in document: Document) -> Bool {
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

  /// True where a key of the object begins with the name's first part and a dot.
  func hasDottedSibling(in object: JSONNode) -> Bool {
    let length = above.first?.length ?? name.place(of: UInt8(ascii: ".")) ?? name.count
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

  /// In place of a number of bytes that lead to an object: the name is to be written as one dotted key.
  static let wholeName = -1

  /// The keys of what is left of the name behind `start`, an object opened for each but the last: `"weir":{"alert_id":`.
  /// The whole name is one key.
  ///
  /// - Returns: the keys, and how many objects they open.
  func keys(from start: Int) -> (text: UnsafeRawBufferPointer, opened: Int) {
    guard start != Self.wholeName else { return (wholeKey, 0) }
    var dotsBefore = 0
    if above.isEmpty {
      for at in 0..<start where name[at] == UInt8(ascii: ".") { dotsBefore += 1 }
    } else {
      while dotsBefore < above.count, above[dotsBefore].length < start { dotsBefore += 1 }
    }
    return (UnsafeRawBufferPointer(rebasing: nestedKeys[(start + dotsBefore * 3)...]), dotCount - dotsBefore)
  }

  /// The part of the name that begins at `start`, up to the next dot, as a key: `"alert_id":`; all of the name for
  /// `wholeName`.
  ///
  /// - Returns: the key, and the length of that part.
  func key(from start: Int) -> (text: UnsafeRawBufferPointer, length: Int) {
    guard start != Self.wholeName else { return (wholeKey, name.count) }
    let text = keys(from: start).text
    let length = (name.place(of: UInt8(ascii: "."), from: start) ?? name.count) - start
    // With its quotes and the colon.
    return (UnsafeRawBufferPointer(rebasing: text[..<(length + 3)]), length)
  }

  /// How many bytes the name takes at the most, as keys and with the objects closed that it opens.
  var largestKeyCount: Int { nestedKeys.count + dotCount }

  /// A dot of the name is four bytes among the keys.
  private var dotCount: Int { (nestedKeys.count - wholeKey.count) / 3 }

  /// True where the name has `end` bytes.
  func ends(at end: Int) -> Bool { end >= name.count || end == name.count + Self.wholeName }
}
