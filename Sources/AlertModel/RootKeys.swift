internal import CSimdjson
internal import Glibc

/// Finds out in one pass which of a fixed list of keys a document has at its top level.
package struct RootKeys: Sendable {
  /// Keys, one bit each.
  package struct Set: Sendable {
    @usableFromInline var bits: SIMD4<UInt64> = .zero

    package init() {}

    /// The set that holds the name at that place, below `capacity`.
    package init(_ place: Int) { bits[place / 64] = 1 << UInt64(place % 64) }

    @inlinable package mutating func formUnion(_ other: Set) { bits |= other.bits }

    @inlinable package func isSubset(of other: Set) -> Bool { (bits & ~other.bits) == .zero }
  }

  /// What a document has.
  package struct Found {
    /// Keys that stand there as they are, with a value other than null.
    package var whole = Set()
    /// Keys that stand there, or that a dotted key begins with.
    package var begun = Set()
    /// True where a key is written with escapes, so that it may be any of them.
    package var isUncertain = false
  }

  /// The names, one behind the other, sorted by their first byte.
  private var text: [UInt8] = []
  private var entries: [Entry] = []
  /// By first byte: the first entry; one more at the end.
  private var starts: [UInt16] = Array(repeating: 0, count: 257)

  private struct Entry {
    var start: Int
    var count: Int
    var bit: Set
  }

  /// How many names can be looked for.
  package static let capacity = 256

  /// - Parameter names: not empty, none twice; the first `capacity` of them are looked for, each by the bit of its place.
  package init(_ names: [String]) {
    let known = names.prefix(Self.capacity).enumerated().sorted {
      Self.firstByte($0.element) < Self.firstByte($1.element)
    }
    for (place, name) in known {
      entries.append(Entry(start: text.count, count: name.utf8.count, bit: Set(place)))
      text.append(contentsOf: name.utf8)
    }
    for byte in 0...256 {
      starts[byte] = UInt16(entries.prefix { Int(text[$0.start]) < byte }.count)
    }
  }

  private static func firstByte(_ name: String) -> UInt8 { name.utf8.first ?? 0 }

  /// Which of the names the object has; none where it is no object.
  package func found(in object: JSONNode) -> Found {
    var found = Found()
    guard object.isObject else { return found }
    text.withUnsafeBufferPointer { text in
      entries.withUnsafeBufferPointer { entries in
        starts.withUnsafeBufferPointer { starts in
          guard let names = text.baseAddress else { return }
          let end = object.node + Int(object.node.pointee.span)
          var node = object.node + 1
          while node < end {
            let key = node.pointee
            let count = Int(key.end &- key.start)
            let start = object.bytes + Int(key.start)
            if key.escaped != 0 { found.isUncertain = true }
            if count > 0 {
              var at = Int(starts[Int(start.pointee)])
              let last = Int(starts[Int(start.pointee) + 1])
              while at < last {
                let entry = entries[at]
                at += 1
                guard entry.count == count || (entry.count < count && start[entry.count] == UInt8(ascii: ".")),
                  memcmp(start, names + entry.start, entry.count) == 0
                else { continue }
                found.begun.formUnion(entry.bit)
                if entry.count == count, (node + 1).pointee.kind != FieldValue.Kind.null.rawValue {
                  found.whole.formUnion(entry.bit)
                }
                break
              }
            }
            node += Int(key.span)
          }
        }
      }
    }
    return found
  }
}
