internal import GRDB

/// Who waits for what, as far as a damaged database can still say it, and of whom it can not. Those get what they wanted at
/// first: better to deliver it twice than not at all.
struct SalvagedWants {
  typealias Wants = [(output: Int64, places: Places)]

  private var known: [Int64: [Int64: Places]] = [:]
  /// The outputs that have a row in `want`, by segment.
  private var inOrder: [Int64: Set<Int64>] = [:]
  /// Rows that are not what was stored. What they are read as is right but for one part of it: the segment, the output, or
  /// what waits.
  private var altered: [WaitingRow] = []
  /// The key at which the list of `want` broke off; nil where all of it was read.
  private var lastWant: (segment: Int64, output: Int64)? = (.min, .min)
  /// The output at which the list of `retry` broke off.
  private var lastRetry: Int64? = .min

  /// Nothing is known.
  init() {}

  /// Reads both lists, each to its end or to where it breaks off.
  init(_ db: Database) {
    let hasAllWants = Salvage.forEach(db, "SELECT segment, output, places, count FROM want ORDER BY segment, output") {
      row in
      let key = WaitingRow(segment: try Salvage.integer(row, 0), output: try Salvage.integer(row, 1))
      lastWant = (key.segment, key.output)
      add(key, row)
    }
    if hasAllWants { lastWant = nil }
    let retries = "SELECT segment, output, places, count, parcel FROM retry ORDER BY output"
    let hasAllRetries = Salvage.forEach(db, retries) { row in
      var key = WaitingRow(segment: try Salvage.integer(row, 0), output: try Salvage.integer(row, 1))
      key.parcel = try Salvage.integer(row, 4)
      lastRetry = key.output
      add(key, row)
    }
    if hasAllRetries { lastRetry = nil }
  }

  private mutating func add(_ key: WaitingRow, _ row: Row) {
    guard let places = try? key.decode(row, places: 2, count: 3) else { return altered.append(key) }
    known[key.segment, default: [:]][key.output, default: Places()].formUnion(places)
    if key.parcel == nil { inOrder[key.segment, default: []].insert(key.output) }
  }

  /// The segments of which something is known.
  var segments: some Sequence<Int64> { known.keys }

  /// True where all rows could be read: then a segment that is in none of them is wanted by nobody.
  var isComplete: Bool { altered.isEmpty && isReadToEnd }

  /// True where only rows that were found are in doubt.
  var isReadToEnd: Bool { lastWant == nil && lastRetry == nil }

  /// What is known for sure of a segment; outputs in the order of their numbers.
  func wants(of segment: Int64) -> Wants { Self.sorted(known[segment] ?? [:]) }

  /// What is known of a segment, and, for outputs that may have had a row that cannot be read, what they wanted at first.
  func wants(of segment: Int64, first: Wants) -> Wants {
    var wants = known[segment] ?? [:]
    for want in first where isInDoubt(segment, want.output) {
      wants[want.output, default: Places()].formUnion(want.places)
    }
    return Self.sorted(wants)
  }

  private func isInDoubt(_ segment: Int64, _ output: Int64) -> Bool {
    if let lastWant, (segment, output) >= lastWant { return true }
    if let lastRetry, output >= lastRetry { return true }
    return altered.contains { row in
      if row.segment == segment { return true }
      // Another segment's number is in its place. There is one row in `want` for both, and any number in `retry`.
      return row.output == output && (row.parcel != nil || inOrder[segment]?.contains(output) != true)
    }
  }

  private static func sorted(_ wants: [Int64: Places]) -> Wants {
    wants.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }
}
