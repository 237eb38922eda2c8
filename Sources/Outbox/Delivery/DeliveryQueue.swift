internal import AlertModel

/// An output's alerts that have not been tried yet, as far as they are in memory, in order.
struct DeliveryQueue: Sendable {
  private var waiting: [StoredSegment] = []
  /// The last segment that was loaded.
  private(set) var last: Int64 = 0
  /// Alerts that are on their way: still wanted, as the database sees it.
  private var underWay: [Int64: Places] = [:]

  var isEmpty: Bool { waiting.isEmpty }
  /// How many are on their way.
  var underWayCount: Int { underWay.values.reduce(0) { $0 + $1.count } }
  var count: Int { waiting.reduce(0) { $0 + $1.places.count } }

  /// Adds segments in order; those that are known already are left out.
  mutating func append(_ segments: [StoredSegment]) {
    for var segment in segments where segment.id > last {
      last = segment.id
      if let busy = underWay[segment.id] { segment.places = segment.places.subtracting(busy) }
      if !segment.places.isEmpty { waiting.append(segment) }
    }
  }

  /// Bytes up to which segments are put together into one batch, which copies them: while it is less than half full, and
  /// from then on, when another settlement costs less than the copy of a large one.
  private static let mergeLimits = (sparse: 4 * 1024 * 1024, fair: 256 * 1024)

  /// Takes the first alerts, `count` at the most.
  mutating func take(_ count: Int) -> [(segment: StoredSegment, places: Places)] {
    var taken: [(segment: StoredSegment, places: Places)] = []
    var left = count
    var bytes = 0
    while left > 0, !waiting.isEmpty {
      let next = waiting[0]
      // A damaged alert is never among them: it comes first in its turn, and `takeExpired` takes it out.
      let limit = left > count / 2 ? Self.mergeLimits.sparse : Self.mergeLimits.fair
      guard taken.isEmpty || (next.damaged.isEmpty && bytes + next.block.bytes.count <= limit) else { break }
      let segment = next
      let places = waiting[0].places.removeFirst(left)
      left -= places.count
      bytes += segment.block.bytes.count
      underWay[segment.id] = (underWay[segment.id] ?? Places()).union(places)
      taken.append((segment, places))
      if waiting[0].places.isEmpty { waiting.removeFirst() }
    }
    return taken
  }

  /// Takes what no longer may be delivered: whole segments accepted before `time`, and damaged alerts of the first.
  mutating func takeExpired(before time: Timestamp) -> (segment: StoredSegment, places: Places)? {
    guard let first = waiting.first else { return nil }
    let gone = first.accepted <= time ? first.places : first.places.intersection(first.damaged)
    guard !gone.isEmpty else { return nil }
    underWay[first.id] = (underWay[first.id] ?? Places()).union(gone)
    waiting[0].places = first.places.subtracting(gone)
    if waiting[0].places.isEmpty { waiting.removeFirst() }
    return (first, gone)
  }

  /// These are no longer on their way.
  mutating func settle(_ parts: [Part]) {
    for part in parts {
      let left = (underWay[part.segment] ?? Places()).subtracting(part.places)
      underWay[part.segment] = left.isEmpty ? nil : left
    }
  }

  /// Forgets what is only waiting: it is read again from the database.
  mutating func reload() {
    waiting = []
    last = 0
  }
}
