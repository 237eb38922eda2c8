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
    case .true, .false: text.append(contentsOf: node.source)
    case .number: appendNumber(node.source, to: &text)
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
    var text: Range<Int>
    let key: Range<Int>
  }

  private static func appendObject(_ object: JSONNode, to text: inout [UInt8]) -> Bool {
    var entries: [Entry] = []
    var scratch: [UInt8] = []
    for member in object.members {
      let start = scratch.count
      member.key.value.appendText(to: &scratch)
      let key = start..<scratch.count
      let hash = spread(hashCode(scratch[key]))
      scratch.append(UInt8(ascii: "="))
      let hasValue = append(member.value, to: &scratch)
      // Putting a key again keeps its place and takes the new value.
      let known = entries.firstIndex { $0.hash == hash && scratch[$0.key].elementsEqual(scratch[key]) }
      switch (known, hasValue) {
      case (let place?, true): entries[place].text = start..<scratch.count
      case (let place?, false): entries.remove(at: place)
      case (nil, true): entries.append(Entry(hash: hash, text: start..<scratch.count, key: key))
      case (nil, false): break
      }
    }
    guard !entries.isEmpty else { return false }
    let mask = tableSize(for: entries.count) - 1
    let ordered = entries.enumerated().sorted {
      ($0.element.hash & mask, $0.offset) < ($1.element.hash & mask, $1.offset)
    }
    text.append(UInt8(ascii: "{"))
    for (place, entry) in ordered.enumerated() {
      if place > 0 { text.append(contentsOf: ", ".utf8) }
      text.append(contentsOf: scratch[entry.element.text])
    }
    text.append(UInt8(ascii: "}"))
    return true
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

  /// Whole numbers stay as they are; others are doubles, as `Double.toString()` writes them.
  private static func appendNumber(_ json: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    let isWhole = json.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: "-") }
    guard !isWhole, let number = Double(String(decoding: json, as: UTF8.self)) else {
      text.append(contentsOf: json)
      return
    }
    text.append(contentsOf: describe(number).utf8)
  }

  /// `Double.toString()`: the shortest digits that name the number; plain from 10⁻³ up to 10⁷, else `1.0E10`.
  static func describe(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity" }
    guard number != 0 else { return number.sign == .minus ? "-0.0" : "0.0" }
    // Swift's description has the same digits but goes over to exponents elsewhere.
    var digits = ""
    var exponent = 0
    var afterPoint = false
    let parts = abs(number).description.split(separator: "e")
    for character in parts[0] {
      if character == "." { afterPoint = true } else {
        digits.append(character)
        if !afterPoint { exponent += 1 }
      }
    }
    if parts.count > 1 { exponent += Int(parts[1]) ?? 0 }
    while digits.hasPrefix("0"), digits.count > 1 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
    let sign = number < 0 ? "-" : ""
    if (1e-3..<1e7).contains(abs(number)) {
      if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
      let whole = digits.prefix(exponent)
      let padding = String(repeating: "0", count: exponent - whole.count)
      let fraction = digits.dropFirst(exponent)
      return sign + whole + padding + "." + (fraction.isEmpty ? "0" : fraction)
    }
    let fraction = digits.dropFirst()
    return sign + digits.prefix(1) + "." + (fraction.isEmpty ? "0" : fraction) + "E\(exponent - 1)"
  }
}
