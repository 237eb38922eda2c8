internal import AlertModel

/// How the keys of a table are compared with values.
public enum TableMatch: String, CaseIterable, SettingValue, Sendable {
  /// The whole value, byte for byte.
  case exact
  /// Keys are networks (`10.0.0.0/8`) or addresses; the smallest that holds the address counts.
  case cidr
  /// Keys may hold `*`; the key with the most other characters counts.
  case wildcard
}

/// Finds the row of a table by a key. The cost hardly depends on the number of rows.
public struct TableKeys: Sendable {
  private enum Index: Sendable {
    case exact(KeyIndex)
    case networks(NetworkIndex)
    case patterns(PatternIndex, literals: [Int])
  }

  private let index: Index

  /// - Throws: `ConfigurationError` for every key that comes twice, naming both lines, and for keys that are empty or no
  ///   networks.
  public init(_ table: Table, column: Int, match: TableMatch) throws(ConfigurationError) {
    var diagnostics: [Diagnostic] = []
    func report(_ message: String, _ row: Int) {
      if diagnostics.count < 20 { diagnostics.append(Diagnostic(.error, message, at: table.place(ofRow: row))) }
    }
    func reportRepeated(_ row: Int, _ first: Int) {
      let key = table.text(row: row, column: column)
      report(
        "\(table.columns[column]) '\(key)' is on line \(table.line(ofRow: first)) already; "
          + "remove one of the two, each key may come once", row)
    }
    var keys = KeyIndex(capacity: table.rowCount)
    var networks = NetworkIndex()
    for row in 0..<table.rowCount {
      let (isEmpty, number, isNew) = table.withCell(row: row, column: column) { cell in
        let inserted = keys.insert(cell)
        return (cell.isEmpty, inserted.number, inserted.isNew)
      }
      if isEmpty {
        report("the key '\(table.columns[column])' is empty in this row", row)
      } else if !isNew {
        reportRepeated(row, number)
      } else if match == .wildcard {
        let isAll = table.withCell(row: row, column: column) { $0.allSatisfy { $0 == UInt8(ascii: "*") } }
        if isAll { report("the key '*' matches everything; leave the row out, or name what it is about", row) }
      } else if match == .cidr {
        let text = table.text(row: row, column: column)
        guard let network = IPNetwork(text) else {
          report(
            "'\(text)' is neither an address nor a network such as 10.0.0.0/8 with no bits set behind its length", row)
          continue
        }
        if let first = networks.insert(network, number: row) { reportRepeated(row, first) }
      }
      // Only keys that are new have the number of their row; after a mistake the table is not used.
    }
    guard diagnostics.isEmpty else { throw ConfigurationError(diagnostics) }
    switch match {
    case .exact: index = .exact(keys)
    case .cidr: index = .networks(networks)
    case .wildcard:
      let literals = (0..<keys.count).map { keys.withKey($0) { $0.count { $0 != UInt8(ascii: "*") } } }
      index = .patterns(PatternIndex(keys), literals: literals)
    }
  }

  /// The row whose key the value matches.
  public func row(for value: UnsafeRawBufferPointer) -> Int? {
    switch index {
    case .exact(let keys): return keys.number(of: value)
    case .networks(let networks): return IPAddress(value).flatMap { networks.number(containing: $0) }
    case .patterns(let patterns, let literals):
      var best: Int?
      patterns.forEachMatch(of: value) { number in
        if best.map({ (literals[number], -number) > (literals[$0], -$0) }) ?? true { best = number }
        return false
      }
      return best
    }
  }
}
