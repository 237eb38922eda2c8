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
    /// By name; the empty name, from which all begin, is 0.
    var numbers: [ByteKey: Int32] = [ByteKey([]): 0]
    var edges: [Edge] = []
    /// By name: the numbers of its parts, each with where the part ends. Formats ask for the same names again and again.
    var parts: [ByteKey: [(number: Int32, length: Int)]] = [:]
  }

  private let state = Mutex(State())

  /// Prepares the field of that name, and makes it known.
  func path(_ name: String) -> FieldPath {
    // Names with empty parts are searched for: it is not worth the index's while to be exact about them.
    let key = ByteKey(name)
    let bytes = key.bytes
    guard !Self.hasEmptyPart(bytes) else { return FieldPath(name) }
    let numbers = state.withLock { state in
      if let known = state.parts[key] { return known }
      var numbers: [(number: Int32, length: Int)] = []
      for end in bytes.indices where bytes[end] == UInt8(ascii: ".") {
        numbers.append((Self.number(upTo: end, of: bytes, below: numbers, &state), end))
      }
      numbers.append((Self.number(upTo: bytes.count, of: bytes, below: numbers, &state), bytes.count))
      state.parts[key] = numbers
      return numbers
    }
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
  var graph: (count: Int, edges: [Edge]) { state.withLock { ($0.numbers.count, $0.edges) } }

  /// The number of the name that is the first `end` bytes; with a new one come the keys that lead to it.
  ///
  /// - Parameter above: the name's parts that end at a dot, with where they end.
  private static func number(
    upTo end: Int, of bytes: [UInt8], below above: [(number: Int32, length: Int)], _ state: inout State
  ) -> Int32 {
    let name = ByteKey(Array(bytes[..<end]))
    if let known = state.numbers[name] { return known }
    let number = Int32(state.numbers.count)
    state.numbers[name] = number
    state.edges.append(Edge(from: 0, key: name.bytes, to: number))
    for part in above {
      state.edges.append(Edge(from: part.number, key: Array(bytes[(part.length + 1)..<end]), to: number))
    }
    return number
  }
}
