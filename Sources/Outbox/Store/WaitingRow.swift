internal import GRDB

/// What a row of `want` or of `retry` says: which alerts of a segment wait for an output. The set of places is stored with
/// a checksum of the row's key and of itself, since SQLite does not notice when either becomes another one.
struct WaitingRow: Sendable {
  let segment: Int64
  let output: Int64
  /// Nil for a row of `want`.
  var parcel: Int64?

  /// What a set begins with that has a checksum; no flipped bit makes it the 0 or 1 of one that schema 2 has left.
  private static let mark: UInt8 = 0x57
  private static let prefix = 5

  /// As it is stored: the mark, four bytes of checksum, the set.
  func encode(_ places: Places) -> [UInt8] {
    let set = places.encoded
    var bytes = [Self.mark]
    withUnsafeBytes(of: checksum(set).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + set
  }

  /// Nil where the row is not the one that was stored.
  func decode(_ bytes: [UInt8]) -> Places? {
    guard bytes.first == Self.mark else { return Places(encoded: bytes) }
    guard bytes.count > Self.prefix else { return nil }
    let set = Array(bytes[Self.prefix...])
    let sum = bytes[1..<Self.prefix].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return checksum(set) == sum ? Places(encoded: set) : nil
  }

  /// - Parameters: the columns of the places, and of how many they are.
  func decode(_ row: Row, places: Int, count: Int) throws -> Places {
    let found = try decode(row, places)
    guard Int.fromDatabaseValue(row[count]) == found.count else {
      throw OutboxError.damaged("the outbox is damaged: a count of places is not theirs")
    }
    return found
  }

  /// - Parameter index: the column of the places.
  func decode(_ row: Row, _ index: Int) throws -> Places {
    guard let places = decode(try row.bytes(index)) else {
      throw OutboxError.damaged("the outbox is damaged: a set of places does not have its checksum")
    }
    return places
  }

  private func checksum(_ set: [UInt8]) -> UInt32 {
    var bytes = set
    for number in [segment, output, parcel ?? -1] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return Checksum.of(bytes)
  }
}

extension WaitingRow {
  /// Looks at every row of a database.
  ///
  /// - Throws: `OutboxError.damaged` at the first that is not what was stored.
  static func check(_ db: Database) throws {
    for (table, parcel) in [("want", "NULL"), ("retry", "parcel")] {
      let rows = try Row.fetchCursor(db, sql: "SELECT segment, output, \(parcel), places, count FROM \(table)")
      while let row = try rows.next() {
        _ = try WaitingRow(segment: row[0], output: row[1], parcel: row[2]).decode(row, places: 3, count: 4)
      }
    }
  }
}
