/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Writes random documents, each in a random layout.
struct LayoutWriter {
  var random: SeededRandom

  /// - Returns: the text, and the documents that a framer must find in it.
  mutating func write(count: Int) -> ([UInt8], [String]) {
    var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
    var documents: [String] = []
    var left = count
    while left > 0 {
      let group = min(left, Int.random(in: 1...4, using: &random))
      left -= group
      let members = (0..<group).map { _ in object(depth: 0, spacing: Int.random(in: 0...2, using: &random)) }
      documents += members
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text += "[" + space() + members.joined(separator: space() + "," + space()) + space() + "]"
      case 1:
        text += "{" + space() + "\"Records\"" + space() + ":" + space() + "["
        text += members.joined(separator: "," + space()) + space() + "]" + space()
        if Bool.random(using: &random) { text += ", \"next\": [{}, \"]}\"]" + space() }
        text += "}"
      default:
        text += members.joined(separator: ["\n", "\r\n", "\n\n \n", " ", ""].randomElement(using: &random) ?? "\n")
      }
      text += ["\n", "\r\n", " \n\t", ""].randomElement(using: &random) ?? "\n"
    }
    return (Array(text.utf8), documents)
  }

  private mutating func space() -> String { ["", "", " ", "\n", "\r\n  ", "\t"].randomElement(using: &random) ?? "" }

  private mutating func object(depth: Int, spacing: Int) -> String {
    let gap = { (writer: inout LayoutWriter) in spacing == 2 ? writer.space() : spacing == 1 ? "\n" : "" }
    var text = "{" + gap(&self)
    let count = Int.random(in: 0...3, using: &random)
    for member in 0..<count {
      if member > 0 { text += "," + gap(&self) }
      text += string() + gap(&self) + ":" + gap(&self) + value(depth: depth, spacing: spacing) + gap(&self)
    }
    return text + "}"
  }

  private mutating func value(depth: Int, spacing: Int) -> String {
    switch Int.random(in: 0..<(depth < 3 ? 7 : 5), using: &random) {
    case 0: "-1.5e+3"
    case 1: "true"
    case 2: "null"
    case 3, 4: string()
    case 5: object(depth: depth + 1, spacing: spacing)
    default: "[" + value(depth: depth + 1, spacing: spacing) + "," + value(depth: depth + 1, spacing: spacing) + "]"
    }
  }

  private mutating func string() -> String {
    "\"" + (["", "id", "}{", "\\\"", "\\\\", "ü€", "],[", "\\u00e9", "Record"].randomElement(using: &random) ?? "")
      + "\""
  }
}
