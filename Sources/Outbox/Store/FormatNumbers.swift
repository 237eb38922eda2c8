internal import GRDB

/// Entries say by number which format an alert has. The numbers in the file are its own, so that a version with more
/// formats, or with another order of them, still reads what an older one left.
struct FormatNumbers: Sendable {
  private var toStored: [UInt16] = []
  private var toCurrent: [UInt16: UInt16] = [:]

  /// Numbers stand for themselves.
  init() {}

  /// Reads the file's numbers and adds those of formats that it has not seen.
  ///
  /// - Parameter names: the formats, in the order of `Vocabulary.tables`.
  init(_ db: Database, names: [String]) throws {
    for (place, name) in names.enumerated() {
      try db.execute(sql: "INSERT OR IGNORE INTO format (name) VALUES (?)", arguments: [name])
      let number = try UInt16.fetchOne(db, sql: "SELECT id FROM format WHERE name = ?", arguments: [name]) ?? 0
      toStored.append(number)
      toCurrent[number] = UInt16(place)
    }
  }

  func stored(_ place: UInt16) -> UInt16 {
    toStored.isEmpty ? place : Int(place) < toStored.count ? toStored[Int(place)] : 0
  }

  /// A format that is no longer there counts as the last, which is the one for any JSON.
  func current(_ number: UInt16) -> UInt16 {
    toStored.isEmpty ? number : toCurrent[number] ?? UInt16(toStored.count - 1)
  }
}
