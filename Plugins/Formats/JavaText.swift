internal import AlertModel

/// What Java's `toString()` makes of a parsed JSON value, empty parts left out: `{key=value, list=[a, b]}`.
///
/// Elastic's ingest pipelines store request parameters and the like as this text, and rules search in it. Keys come in
/// the order of a `java.util.HashMap` that they were put into one after the other (openjdk/jdk, `HashMap.java`: `hash`,
/// `resize`, `putVal`); its buckets are lists here, as they are until eight keys share one.
enum JavaText {
  /// Appends the text of `node`. Returns false, having appended nothing, where nothing but empty parts is in it.
  static func append(_ node: JSONNode, to text: inout [UInt8]) -> Bool {
    switch node.kind {
    case .null: return false
    case .string:
      guard !node.value.bytes.isEmpty else { return false }
      node.value.appendText(to: &text)
    // Numbers stay as they were written; Java would write some doubles with an exponent.
    case .true, .false, .number: text.append(contentsOf: node.source)
    case .array: return appendArray(node, to: &text)
    case .object: return appendObject(node, to: &text)
    }
    return true
  }

  private static func appendArray(_ array: JSONNode, to text: inout [UInt8]) -> Bool {
    let start = text.count
    text.append(UInt8(ascii: "["))
    var isEmpty = true
    for element in array.elements {
      let before = text.count
      if !isEmpty { text.append(contentsOf: ", ".utf8) }
      if append(element, to: &text) { isEmpty = false } else { text.removeSubrange(before...) }
    }
    guard !isEmpty else {
      text.removeSubrange(start...)
      return false
    }
    text.append(UInt8(ascii: "]"))
    return true
  }

  /// One member of an object on its way into the map.
  private struct Entry {
    let hash: UInt32
    /// Nil once it was taken out again.
    var text: Range<Int>?
  }

  private static func appendObject(_ object: JSONNode, to text: inout [UInt8]) -> Bool {
    var entries: [Entry] = []
    var places: [[UInt8]: Int] = [:]
    var scratch: [UInt8] = []
    for member in object.members {
      let start = scratch.count
      member.key.value.appendText(to: &scratch)
      let key = Array(scratch[start...])
      let hash = spread(hashCode(key[...]))
      scratch.append(UInt8(ascii: "="))
      let hasValue = append(member.value, to: &scratch)
      // Putting a key again keeps its place and takes the new value.
      switch (places[key], hasValue) {
      case (let place?, true): entries[place].text = start..<scratch.count
      case (let place?, false):
        entries[place].text = nil
        places[key] = nil
      case (nil, true):
        places[key] = entries.count
        entries.append(Entry(hash: hash, text: start..<scratch.count))
      case (nil, false): break
      }
    }
    entries.removeAll { $0.text == nil }
    guard !entries.isEmpty else { return false }
    text.append(UInt8(ascii: "{"))
    for (place, entry) in hashMapOrder(ofHashes: entries.map(\.hash)).enumerated() {
      if place > 0 { text.append(contentsOf: ", ".utf8) }
      if let place = entries[entry].text { text.append(contentsOf: scratch[place]) }
    }
    text.append(UInt8(ascii: "}"))
    return true
  }

  /// The places of different keys in the order in which a `java.util.HashMap` has them that they were put into.
  static func hashMapOrder(of keys: [ArraySlice<UInt8>]) -> [Int] {
    hashMapOrder(ofHashes: keys.map { spread(hashCode($0)) })
  }

  private static func hashMapOrder(ofHashes hashes: [UInt32]) -> [Int] {
    let mask = tableSize(for: hashes.count) - 1
    return hashes.indices.sorted { (hashes[$0] & mask, $0) < (hashes[$1] & mask, $1) }
  }

  /// `String.hashCode()`: over UTF-16 code units.
  static func hashCode(_ utf8: ArraySlice<UInt8>) -> UInt32 {
    var hash: UInt32 = 0
    if utf8.allSatisfy({ $0 < 0x80 }) {
      for byte in utf8 { hash = hash &* 31 &+ UInt32(byte) }
    } else {
      for unit in String(decoding: utf8, as: UTF8.self).utf16 { hash = hash &* 31 &+ UInt32(unit) }
    }
    return hash
  }

  /// `HashMap.hash()`.
  private static func spread(_ hash: UInt32) -> UInt32 { hash ^ (hash >> 16) }

  /// How many buckets a map has after that many insertions: 16, doubled whenever it is more than three quarters full.
  private static func tableSize(for count: Int) -> UInt32 {
    var size: UInt32 = 16
    while count > Int(size) / 4 * 3 { size *= 2 }
    return size
  }
}
