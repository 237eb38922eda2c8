/// A number of bytes: `512`, `64k`, `10MiB`, `1GB`.
public struct ByteCount: ScalarSettingValue, Hashable, Comparable {
  /// How many bytes.
  public let bytes: Int

  public init(bytes: Int) {
    self.bytes = bytes
  }

  public static var typeName: String { "a size, such as 512, 64KiB or 10MiB" }

  public static var schema: SchemaNode {
    ["type": ["integer", "string"], "pattern": "^[0-9]+ ?([kKMGT]i?B?|B)?$", "examples": ["10MiB"]]
  }

  public init?(settingText text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...].drop { $0 == " " }
    guard let count = Int(digits), let factor = Self.factor(of: unit) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    self.init(bytes: bytes)
  }

  public var written: SchemaNode { .text(settingText) }

  /// As it would be written in configuration: `10MiB`.
  public var settingText: String {
    for (power, letter) in [(4, "T"), (3, "G"), (2, "M"), (1, "K")] {
      guard bytes > 0, bytes.isMultiple(of: 1 << (10 * power)) else { continue }
      return "\(bytes >> (10 * power))\(letter)iB"
    }
    return "\(bytes)"
  }

  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  /// `KiB` and `K` are 1024 bytes, `kB` is 1000 (IEC 80000-13 and SI).
  private static func factor(of unit: Substring) -> Int? {
    if unit.isEmpty || unit == "B" { return 1 }
    guard let letter = unit.first, let power = ["K": 1, "M": 2, "G": 3, "T": 4][letter.uppercased()] else { return nil }
    switch unit.dropFirst() {
    case "", "iB", "i": return 1 << (10 * power)
    case "B": return (0..<power).reduce(1) { product, _ in product * 1000 }
    default: return nil
    }
  }
}
