internal import AlertModel
internal import PluginKit

/// The alerts of one batch that outputs want, as they are stored: once, however many outputs want them.
struct Segment: Sendable {
  /// Its entries are exactly the alerts that are stored, and a place is an index in them. Its bytes may have other alerts
  /// of the batch between them.
  let block: AlertBlock

  /// The parts of the block's bytes that are stored, one behind the other.
  let lines: [Range<Int>]

  /// Which of them each output wants, by the output's name. Never empty sets.
  let wants: [(output: String, places: Places)]

  /// Nil where no output wants anything.
  init?(_ block: AlertBlock, wants: [(output: String, places: [Int32])]) {
    var isWanted = [Bool](repeating: false, count: block.entries.count)
    var count = 0
    for (_, places) in wants {
      for place in places where !isWanted[Int(place)] {
        isWanted[Int(place)] = true
        count += 1
      }
    }
    guard count > 0 else { return nil }
    guard count < block.entries.count else {
      self.block = block
      lines = [0..<block.bytes.count]
      self.wants = wants.filter { !$0.places.isEmpty }.map { ($0.output, Places($0.places)) }
      return
    }
    var entries: [AlertBlock.Entry] = []
    entries.reserveCapacity(count)
    var newPlace = [Int32](repeating: -1, count: block.entries.count)
    var kept: Int32 = 0
    for place in isWanted.indices where isWanted[place] {
      newPlace[place] = kept
      kept += 1
      entries.append(block.entries[place])
    }
    let lines = entries.runs
    let size = lines.reduce(0) { $0 + $1.count }
    if size < block.bytes.count / 2 {
      // What waits in memory is not to hold so much more than itself.
      self.block = block.selecting(isWanted.indices.lazy.filter { isWanted[$0] }.map { Int32($0) }, count: count)
      self.lines = [0..<size]
    } else {
      self.block = AlertBlock(bytes: block.bytes, entries: entries)
      self.lines = lines
    }
    self.wants = wants.filter { !$0.places.isEmpty }.map { want in
      (want.output, Places(want.places.lazy.map { newPlace[Int($0)] }))
    }
  }
}

extension [AlertBlock.Entry] {
  /// Where the alerts' lines are, with their line feeds; neighbours are one run.
  fileprivate var runs: [Range<Int>] {
    var runs: [Range<Int>] = []
    for entry in self {
      let line = entry.line.lowerBound..<entry.line.upperBound + 1
      if let last = runs.last, last.upperBound == line.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<line.upperBound
      } else {
        runs.append(line)
      }
    }
    return runs
  }
}

extension AlertBlock {
  /// A block of some of this block's alerts, copied.
  func selecting(_ places: some Sequence<Int32>, count: Int) -> AlertBlock {
    var builder = BlockBuilder(alerts: count)
    for place in places { builder.append(self, place: place) }
    return builder.block()
  }
}

/// Copies alerts of several blocks into one.
struct BlockBuilder {
  private var bytes: [UInt8] = []
  private var entries: [AlertBlock.Entry] = []

  init(alerts: Int) {
    entries.reserveCapacity(alerts)
  }

  var byteCount: Int { bytes.count }
  var count: Int { entries.count }

  mutating func append(_ block: AlertBlock, place: Int32) {
    var entry = block.entries[Int(place)]
    let start = UInt32(bytes.count)
    bytes.append(contentsOf: block.bytes[entry.line])
    bytes.append(0x0A)
    entry.idStart = entry.idStart &- entry.start &+ start
    entry.start = start
    entries.append(entry)
  }

  func block() -> AlertBlock { AlertBlock(bytes: bytes, entries: entries) }
}
