internal import AlertModel

/// Something of a rule that outlives events, and restarts.
protocol Remembering: Sendable {
  /// What it is about. What was remembered about something else is of no use.
  var subject: String { get }

  /// Appends what it knows as one JSON value of about `limit` bytes at the most: of more, what came last.
  func write(to json: inout [UInt8], limit: Int)

  /// Takes up what `write` wrote, besides what it knows already.
  func read(_ node: JSONNode)

  /// Takes up what another one about the same subject knows.
  func takeOver(from other: any Remembering)
}

/// Keys of any bytes as the names of a JSON object: hexadecimal.
enum MemoryKey {
  private static let digits = Array("0123456789abcdef".utf8)

  static func append(_ key: [UInt8], to json: inout [UInt8]) {
    for byte in key {
      json.append(digits[Int(byte >> 4)])
      json.append(digits[Int(byte & 15)])
    }
  }

  static func bytes(_ text: FieldValue) -> [UInt8]? {
    let values = text.bytes.map { byte in digits.firstIndex(of: byte) }
    guard values.count.isMultiple(of: 2) else { return nil }
    var key: [UInt8] = []
    for place in stride(from: 0, to: values.count, by: 2) {
      guard let high = values[place], let low = values[place + 1] else { return nil }
      key.append(UInt8(high << 4 | low))
    }
    return key
  }
}

extension RecentTable {
  /// Appends the keys and values as the members of a JSON object, the latest first, until there are `limit` bytes.
  func write(
    to json: inout [UInt8], limit: Int, time: (Value) -> Timestamp?, _ writeValue: (Value, inout [UInt8]) -> Void
  ) {
    let start = json.count
    var entries: [(key: [UInt8], value: Value, time: Int64)] = []
    forEach { entries.append(($0, $1, time($1)?.nanoseconds ?? .min)) }
    entries.sort { $0.time == $1.time ? $0.key.lexicographicallyPrecedes($1.key) : $0.time > $1.time }
    json.append(UInt8(ascii: "{"))
    for (key, value, _) in entries where json.count - start < limit {
      if json.last != UInt8(ascii: "{") { json.append(UInt8(ascii: ",")) }
      json.append(UInt8(ascii: "\""))
      MemoryKey.append(key, to: &json)
      json += [UInt8(ascii: "\""), UInt8(ascii: ":")]
      writeValue(value, &json)
    }
    json.append(UInt8(ascii: "}"))
  }

  /// Takes up what `write` wrote; what cannot be read is left out.
  mutating func read(_ object: JSONNode, _ readValue: (JSONNode) -> Value?) {
    // The latest come last, so that they are forgotten last.
    for member in Array(object.members).reversed() {
      guard let key = MemoryKey.bytes(member.key.value), let value = readValue(member.value) else { continue }
      if self[key] == nil { self[key] = value }
    }
  }
}

extension Timestamp {
  /// Nanoseconds, as a number.
  func write(to json: inout [UInt8]) { json += Array(String(nanoseconds).utf8) }

  init?(_ node: JSONNode) {
    guard node.kind == .number, let nanoseconds = Int64(node.value.text) else { return nil }
    self.init(nanoseconds: nanoseconds)
  }
}
