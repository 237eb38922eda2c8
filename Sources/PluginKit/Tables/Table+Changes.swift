extension Table {
  /// Up to this many rows are compared one by one; of longer tables only the number of rows is told.
  private static let mostCompared = 200_000

  /// How this table differs from an earlier one, a line each, for people: `row '111122223333' added`.
  ///
  /// - Parameters:
  ///   - key: the column whose cells name the rows.
  ///   - earlierKey: the same of the earlier table.
  public func changes(key: Int, since earlier: Table, key earlierKey: Int) -> [String] {
    guard max(rowCount, earlier.rowCount) <= Self.mostCompared else {
      return rowCount == earlier.rowCount ? [] : ["\(String.counted(rowCount, "row")), \(earlier.rowCount) before"]
    }
    guard columns == earlier.columns else {
      return ["the columns are now \(columns.map { "'\($0)'" }.joined(separator: ", "))"]
    }
    var before: [String: Int] = [:]
    for row in 0..<earlier.rowCount { before[earlier.text(row: row, column: earlierKey)] = row }
    var lines: [String] = []
    for row in 0..<rowCount {
      let name = text(row: row, column: key)
      guard let old = before.removeValue(forKey: name) else {
        lines.append("row '\(name)' added")
        continue
      }
      let isSame = columns.indices.allSatisfy { column in
        withCell(row: row, column: column) { cell in
          earlier.withCell(row: old, column: column) { cell.elementsEqual($0) }
        }
      }
      if !isSame { lines.append("row '\(name)' changed") }
    }
    return before.keys.sorted().map { "row '\($0)' removed" } + lines
  }
}
