internal import CSimdjson
internal import Glibc

/// Writes alerts as one line of JSON each: the detector's bytes, with Weir's fields spliced in beside them.
///
/// A field under an existing object lands inside that object; where there is none, Weir makes it at the end of the
/// document, or adds a dotted key where the document writes its siblings that way. A field that the document already has
/// is not written: the detector's own stands, unless that is `null` or `""`, or the field is Weir's word (`Existing`).
/// Nothing else of the bytes changes, except that line breaks between tokens go. One writer serves one thread; its memory
/// is used again for the next alert.
public struct AlertWriter: Sendable {
  /// One field to write, its value somewhere in `values`.
  private struct Addition: Sendable {
    /// It borrows from what is in `kept`.
    let path: PathView
    var value: Range<Int>
    var existing = Existing.stands
    /// How many bytes of the document give way to the value; nil where it is a new member.
    var replaced: Int?
    /// Where in the document, and how many bytes of the path name what is there already.
    var offset = 0
    var consumed = 0
    var isFirstMember = false
    var isDropped = false
    var isWritten = false

    /// How many bytes it is written in at the most, with the comma before it.
    var largestCount: Int { 1 + path.largestKeyCount + value.count }
  }

  /// What becomes of a field that the document already has.
  public enum Existing: Sendable {
    /// It stands, and nothing is written, unless it is `null` or `""` wherever it is.
    case stands
    /// Its value gives way.
    case givesWay
    /// Its value gives way, and whatever has a name below it becomes null.
    case givesWayWithAllBelow
  }

  private var values: [UInt8] = []
  private var additions: [Addition] = []
  /// What the additions' paths borrow from.
  private var kept: [any AnyObject & Sendable] = []

  public init() {}

  /// Begins a new alert: forgets the fields of the one before.
  public mutating func begin() {
    values.removeAll(keepingCapacity: true)
    // There are a handful: to remove all at once takes longer.
    while additions.popLast() != nil {}
    while kept.popLast() != nil {}
  }

  /// Adds a field to write. Of two with the same name, the first is written.
  public mutating func add(_ field: AddedField) {
    let start = values.count
    field.withJSON { values.append(copyOf: $0) }
    additions.append(Addition(path: field.view, value: start..<values.count))
    kept.append(field.keeper)
  }

  /// Adds fields to write, as each by itself.
  public mutating func add(_ fields: [AddedField]) {
    for index in fields.indices { add(fields[index]) }
  }

  /// Adds a field to write, whose JSON `write` appends. Of two with the same name the first is written, unless the second
  /// is one that what the document has gives way to: then so does the first, and whatever was added below that name.
  public mutating func add(
    _ path: FieldPath, existing: Existing = .stands, _ write: (inout [UInt8]) -> Void
  ) {
    if existing != .stands { removeAdditions(below: path) }
    let start = values.count
    write(&values)
    additions.append(Addition(path: path.view, value: start..<values.count, existing: existing))
    kept.append(path.keeper)
  }

  private mutating func removeAdditions(below path: FieldPath) {
    additions.removeAll { $0.path.isOrLies(below: path.view) }
  }

  /// Appends the alert with its fields, on one line, without a line break at the end.
  ///
  /// - Returns: where in `output` the value of the field `located` stands, if that was written now.
  @discardableResult
  public mutating func write(
    _ document: Document, to output: inout [UInt8], locating located: FieldPath? = nil
  ) -> Range<Int>? {
    place(in: document)
    var largestCount = document.root.source.count
    for index in additions.indices { largestCount += additions[index].largestCount }
    let start = output.count
    var place: Range<Int>?
    Line.append(to: &output, largestCount: largestCount) { line in
      place = withExtendedLifetime(located) { write(document.root, to: &line, locating: located?.view) }
    }
    return place.map { start + $0.lowerBound..<start + $0.upperBound }
  }

  /// An alert that is being written, in memory that has room for all of it.
  private struct Line {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// Appends what `write` writes to the line.
    ///
    /// - Parameter largestCount: how many bytes that is at the most.
    @inline(__always)
    static func append(to output: inout [UInt8], largestCount: Int, _ write: (inout Line) -> Void) {
      output.append(addingCapacity: largestCount) { room in
        room.withUnsafeMutableBufferPointer { memory, count in
          var line = Line(memory: UnsafeMutableRawBufferPointer(memory))
          write(&line)
          count = line.count
        }
      }
    }

    private init(memory: UnsafeMutableRawBufferPointer) {
      self.memory = memory
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
      UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
      count += bytes.count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      memory[count] = byte
      count += 1
    }
  }

  private mutating func write(
    _ root: JSONNode, to output: inout Line, locating located: PathView?
  ) -> Range<Int>? {
    var place: Range<Int>?
    let source = root.source
    let isOneLine = !Self.hasLineBreak(source)
    let base = root.offset
    var copied = 0
    var next = 0
    while next < additions.count {
      if let replaced = additions[next].replaced {
        let offset = additions[next].offset - base
        Self.copy(UnsafeRawBufferPointer(rebasing: source[copied..<offset]), isOneLine: isOneLine, to: &output)
        let start = output.count
        append(additions[next].value, to: &output)
        if additions[next].path.isSame(as: located) { place = start..<output.count }
        copied = offset + replaced
        next += 1
        continue
      }
      var end = next + 1
      while end < additions.count, additions[end].offset == additions[next].offset, additions[end].replaced == nil {
        end += 1
      }
      let offset = additions[next].offset - base
      Self.copy(UnsafeRawBufferPointer(rebasing: source[copied..<offset]), isOneLine: isOneLine, to: &output)
      copied = offset
      if end - next == 1 {
        let written = writeAlone(next, to: &output)
        if additions[next].path.isSame(as: located) { place = written }
      } else {
        writeMembers(next..<end, to: &output, locating: located, at: &place)
      }
      next = end
    }
    Self.copy(UnsafeRawBufferPointer(rebasing: source[copied...]), isOneLine: isOneLine, to: &output)
    return place
  }

  /// Appends JSON text on one line: line breaks, which can only stand between tokens, are left out.
  public static func copy(_ json: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    Line.append(to: &output, largestCount: json.count) { copy(json, isOneLine: !hasLineBreak(json), to: &$0) }
  }

  private static func hasLineBreak(_ json: UnsafeRawBufferPointer) -> Bool {
    guard let start = json.baseAddress else { return false }
    return memchr(start, 0x0A, json.count) != nil || memchr(start, 0x0D, json.count) != nil
  }

  private static func copy(_ json: UnsafeRawBufferPointer, isOneLine: Bool, to output: inout Line) {
    if isOneLine {
      output.append(json)
    } else {
      for byte in json where byte != 0x0A && byte != 0x0D { output.append(byte) }
    }
  }

  /// Decides where each field goes, drops those that are there already, and sorts by place.
  private mutating func place(in document: Document) {
    var isDropped = false
    for index in additions.indices {
      if isRepeated(index) {
        additions[index].isDropped = true
        isDropped = true
        continue
      }
      let (path, existing) = (additions[index].path, additions[index].existing)
      if existing == .givesWayWithAllBelow { replaceAll(below: path, in: document) }
      if path.exists(in: document) {
        if existing != .stands || !path.hasValue(in: document) {
          replaceAll(path, in: document, with: additions[index].value)
        }
        additions[index].isDropped = true
        isDropped = true
        continue
      }
      let (object, consumed) = path.deepestObject(in: document)
      additions[index].offset = object.endOfLastMember
      additions[index].consumed = consumed
      additions[index].isFirstMember = object.isEmptyContainer
    }
    if isDropped { additions.removeAll { $0.isDropped } }
    guard additions.count > 1 else { return }
    // Insertion sort: there are a handful, nearly always in order already. Equal places stay in order, but fields that
    // share an object that does not exist yet come to stand together.
    for index in 1..<additions.count {
      var at = index
      while at > 0, additions[at].offset < additions[at - 1].offset {
        additions.swapAt(at, at - 1)
        at -= 1
      }
    }
  }

  private mutating func replaceAll(_ path: PathView, in document: Document, with value: Range<Int>) {
    _ = path.forEachNode(in: document) { node in
      additions.append(Addition(path: path, value: value, replaced: node.source.count, offset: node.offset))
      return false
    }
  }

  /// Whatever a dotted key hides below the field.
  private mutating func replaceAll(below path: PathView, in document: Document) {
    guard document.mayBegin(with: path) else { return }
    var found: [(offset: Int, count: Int)] = []
    document.root.forEachValue(below: Array(path.name)[...]) { found.append(($0.offset, $0.source.count)) }
    guard !found.isEmpty else { return }
    let start = values.count
    values.append(contentsOf: "null".utf8)
    let path = FieldPath(String(decoding: path.name, as: UTF8.self) + ".")
    kept.append(path.keeper)
    for place in found {
      additions.append(
        Addition(path: path.view, value: start..<values.count, replaced: place.count, offset: place.offset))
    }
  }

  /// True where a field of the same name stands before it.
  private func isRepeated(_ index: Int) -> Bool {
    let path = additions[index].path
    return (0..<index).contains { additions[$0].path.hasSameName(as: path) }
  }

  /// Writes fields that go to the same place, `consumed` bytes of whose names are there already.
  private mutating func writeMembers(
    _ range: Range<Int>, to output: inout Line, locating located: PathView?, at place: inout Range<Int>?
  ) {
    var isFirst = additions[range.lowerBound].isFirstMember
    for index in range where !additions[index].isWritten {
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      writeMember(
        index, depth: additions[index].consumed, until: range.upperBound, to: &output, locating: located, at: &place)
    }
  }

  /// Writes one field that shares no new object with another.
  ///
  /// Mutating, as all of the writer would be copied for it otherwise. By its index, as an addition that is copied, flag by
  /// flag, is read only once what was written to the line before has left the processor.
  ///
  /// - Returns: where its value stands.
  private mutating func writeAlone(_ index: Int, to output: inout Line) -> Range<Int> {
    let (keys, opened) = additions[index].path.keys(from: additions[index].consumed)
    if !additions[index].isFirstMember { output.append(UInt8(ascii: ",")) }
    output.append(keys)
    let start = output.count
    append(additions[index].value, to: &output)
    let end = output.count
    for _ in 0..<opened { output.append(UInt8(ascii: "}")) }
    return start..<end
  }

  private mutating func append(_ value: Range<Int>, to output: inout Line) {
    values.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[value])) }
  }

  /// Writes one field, and with it every other that goes below the same new object.
  private mutating func writeMember(
    _ index: Int, depth: Int, until end: Int, to output: inout Line, locating located: PathView?,
    at place: inout Range<Int>?
  ) {
    let path = additions[index].path
    let (key, length) = path.key(from: depth)
    output.append(key)
    guard !path.ends(at: depth + length) else {
      let start = output.count
      append(additions[index].value, to: &output)
      if path.isSame(as: located) { place = start..<output.count }
      additions[index].isWritten = true
      return
    }
    output.append(UInt8(ascii: "{"))
    let below = depth + length + 1
    var isFirst = true
    for sibling in index..<end where !additions[sibling].isWritten {
      guard additions[sibling].consumed <= depth,
        additions[sibling].path.shares(prefixOf: below, with: path)
      else { continue }
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      writeMember(sibling, depth: below, until: end, to: &output, locating: located, at: &place)
    }
    output.append(UInt8(ascii: "}"))
  }
}

extension JSONNode {
  /// Calls `body` with each value whose name begins with `name` and a dot, where a key with dots in it leads there.
  fileprivate func forEachValue(below name: ArraySlice<UInt8>, _ body: (JSONNode) -> Void) {
    let dot = UInt8(ascii: ".")
    for element in elements { element.forEachValue(below: name, body) }
    for member in members {
      member.key.value.withText { key in
        if key.count > name.count, key.starts(with: name), key[name.count] == dot {
          body(member.value)
        } else if key.count < name.count, name.starts(with: key), name[name.startIndex + key.count] == dot {
          member.value.forEachValue(below: name[(name.startIndex + key.count + 1)...], body)
        }
      }
    }
  }

  /// Where another member would be inserted: behind the last, or behind the opening brace.
  fileprivate var endOfLastMember: Int {
    var at = Int(node.pointee.end) - 1
    while at > 0, bytes[at - 1].isJSONSpace { at -= 1 }
    return at
  }
}
