internal import Synchronization

/// The fields that documents will be asked for, numbered as they become known, so that one pass over a document can find
/// them all (`DocumentIndex`).
///
/// Every part of a name that ends at a dot is known with it: `a.b.c` makes `a`, `a.b` and `a.b.c` known. Names are known by
/// their bytes: keys that Unicode takes for the same are different.
final class KnownPaths: Sendable {
  /// Tells one from another without a reference to either.
  typealias Identity = ObjectIdentifier

  var identity: Identity { ObjectIdentifier(self) }

  /// A key that leads from one known name to another: from `a` the keys `b` and `b.c` lead on.
  struct Edge {
    let from: Int32
    let key: [UInt8]
    let to: Int32
  }

  private struct State {
    /// By name, and for every part of one that ends at a dot: the numbers of its parts, from the shortest on, each with where
    /// the part ends. The empty name, from which all begin, is 0.
    var parts: [ByteKey: [PathView.Part]] = [ByteKey([]): [(number: 0, length: 0)]]
    var edges: [Edge] = []

    /// - Parameter name: without empty parts.
    mutating func parts(of name: ByteKey) -> [PathView.Part] {
      if let known = parts[name] { return known }
      let bytes = name.bytes
      let lastDot = bytes.lastIndex(of: UInt8(ascii: "."))
      let above = lastDot.map { parts(of: ByteKey(Array(bytes[..<$0]))) } ?? []
      let number = Int32(parts.count)
      edges.append(Edge(from: 0, key: bytes, to: number))
      for part in above {
        edges.append(Edge(from: part.number, key: Array(bytes[(part.length + 1)...]), to: number))
      }
      let all = above + [(number, bytes.count)]
      parts[name] = all
      return all
    }
  }

  private let state = Mutex(State())

  /// Prepares the field of that name, and makes it known.
  func path(_ name: String) -> FieldPath {
    let key = ByteKey(name)
    // Names with empty parts are searched for: it is not worth the index's while to be exact about them.
    guard !Self.hasEmptyPart(key.bytes) else { return FieldPath(name) }
    let numbers = state.withLock { $0.parts(of: key) }
    return FieldPath(name, among: self, numbers: numbers)
  }

  private static func hasEmptyPart(_ name: [UInt8]) -> Bool {
    var before = UInt8(ascii: ".")
    for byte in name {
      if byte == UInt8(ascii: "."), before == byte { return true }
      before = byte
    }
    return before == UInt8(ascii: ".")
  }

  /// How many names there are, and how they lead to one another.
  var graph: (count: Int, edges: [Edge]) { state.withLock { ($0.parts.count, $0.edges) } }
}
