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
    var numbers: [String: UInt16] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT name, id FROM format") {
      let id: Int64 = row[1]
      numbers[row[0]] = UInt16(exactly: id)
    }
    let unseen = names.filter { numbers[$0] == nil }
    if !unseen.isEmpty {
      // At once: each transaction of its own would wait for the disk.
      try db.inTransaction(.immediate) {
        for name in unseen {
          try db.execute(sql: "INSERT INTO format (name) VALUES (?)", arguments: [name])
          numbers[name] = UInt16(exactly: db.lastInsertedRowID)
        }
        return .commit
      }
    }
    for (place, name) in names.enumerated() {
      let number = numbers[name] ?? 0
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
