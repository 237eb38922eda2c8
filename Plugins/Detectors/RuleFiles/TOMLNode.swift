internal import TOMLKit

/// A TOML document as a value; the only place that knows the TOML library.
indirect enum TOMLNode: Sendable {
  case table([(key: String, value: TOMLNode)])
  case array([TOMLNode])
  case text(String)
  case number(Double)
  case bool(Bool)
  /// Dates and times, as they are written.
  case moment(String)

  /// What is wrong with a document.
  struct Fault: Error {
    let message: String
    let line: Int
    let column: Int
  }

  /// - Throws: `Fault` where the text is not TOML.
  init(parsing text: String) throws(Fault) {
    // The library reads a C string, which would end at a NUL.
    if let nul = text.utf8.firstIndex(of: 0) {
      let lines = text.utf8[..<nul].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      throw Fault(message: "a NUL byte", line: lines.count, column: (lines.last?.count ?? 0) + 1)
    }
    do {
      self = Self(table: try TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw Fault(message: error.description, line: error.source.begin.line, column: error.source.begin.column)
    } catch {
      throw Fault(message: "\(error)", line: 1, column: 1)
    }
  }

  private init(table: TOMLTable) {
    self = .table(table.keys.sorted().compactMap { key in table[key].map { (key, Self($0)) } })
  }

  private init(_ value: any TOMLValueConvertible) {
    switch value.type {
    case .table: self = value.table.map(Self.init(table:)) ?? .table([])
    case .array: self = .array((value.array.map(Array.init) ?? []).map { Self($0) })
    case .string: self = .text(value.string ?? "")
    case .int: self = .number(Double(value.int ?? 0))
    case .double: self = .number(value.double ?? 0)
    case .bool: self = .bool(value.bool ?? false)
    case .date, .time, .dateTime: self = .moment(value.debugDescription)
    }
  }

  subscript(key: String) -> TOMLNode? { members?.first { $0.key == key }?.value }

  var members: [(key: String, value: TOMLNode)]? { if case .table(let members) = self { members } else { nil } }
  var elements: [TOMLNode]? { if case .array(let elements) = self { elements } else { nil } }
  var string: String? { if case .text(let text) = self { text } else { nil } }
  var double: Double? { if case .number(let number) = self { number } else { nil } }
  var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

  /// The value of anything but a table or an array, as text; whole numbers without a point.
  var scalarText: String? {
    switch self {
    case .text(let text), .moment(let text): text
    case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
    case .bool(let bool): String(bool)
    case .table, .array: nil
    }
  }

  /// What it is, with its article, for messages.
  var kindName: String {
    switch self {
    case .table: "a table"
    case .array: "an array"
    case .text: "a string"
    case .number: "a number"
    case .bool: "a truth value"
    case .moment: "a date or time"
    }
  }
}
