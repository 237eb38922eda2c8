internal import AlertModel

/// Finds out in one pass which of a fixed list of keys a document has at its top level.
///
/// It only prepares the real check: a document that lacks a key that a shape needs does not have that shape. A dotted key
/// (`"event.action"`) counts as the part before its first dot.
struct RootKeys: Sendable {
  /// Keys that were found, one bit each.
  typealias Found = UInt128

  /// The names, one behind the other, sorted by their first byte.
  private var text: [UInt8] = []
  private var entries: [Entry] = []
  /// By first byte: the first entry; one more at the end.
  private var starts: [UInt16] = Array(repeating: 0, count: 257)

  private struct Entry {
    var start: Int
    var count: Int
    var bit: Found
  }

  /// - Parameter names: those beyond the number of bits in `Found` are not looked for.
  init(_ names: [String]) {
    let known = names.prefix(Found.bitWidth).enumerated().sorted {
      Self.firstByte($0.element) < Self.firstByte($1.element)
    }
    for (place, name) in known {
      entries.append(Entry(start: text.count, count: name.utf8.count, bit: 1 << Found(place)))
      text.append(contentsOf: name.utf8)
    }
    for byte in 0...256 {
      starts[byte] = UInt16(entries.prefix { Int(text[$0.start]) < byte }.count)
    }
  }

  private static func firstByte(_ name: String) -> UInt8 { name.utf8.first ?? 0 }

  /// Which of the names the object has.
  func found(in object: JSONNode) -> Found {
    var found: Found = 0
    text.withUnsafeBytes { text in
      entries.withUnsafeBufferPointer { entries in
        starts.withUnsafeBufferPointer { starts in
          for member in object.members {
            let key = member.key.value
            // A key with escapes may be any of them; the shapes themselves will tell.
            guard !key.isEscaped else {
              found = .max
              continue
            }
            guard let first = key.bytes.first else { continue }
            for at in Int(starts[Int(first)])..<Int(starts[Int(first) + 1]) {
              let entry = entries[at]
              guard entry.count <= key.bytes.count,
                entry.count == key.bytes.count || key.bytes[entry.count] == UInt8(ascii: ".")
              else { continue }
              let name = UnsafeRawBufferPointer(rebasing: text[entry.start..<entry.start + entry.count])
              if UnsafeRawBufferPointer(rebasing: key.bytes[..<entry.count]).hasSameBytes(as: name) {
                found |= entry.bit
                break
              }
            }
          }
        }
      }
    }
    return found
  }
}
