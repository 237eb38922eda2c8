internal import AlertModel
internal import PluginKit

/// Gathers what becomes of the alerts of one batch.
struct BatchBuilder: Sendable {
  /// Alerts that stopped before an enricher that does I/O, with what Weir has to say of them so far.
  struct Waiting: Sendable {
    let batch: DeliveryBatch
    let notes: [AlertNotes.Kept]
  }

  let now: Timestamp
  let witness: (any PipelineWitness)?
  var counts = AlertCounts()
  var waiting: [AlertNotes.Kept] = []

  /// What Weir has to say of the alert under way.
  var notes = AlertNotes()
  /// The routes that take the alert under way.
  var takenRoutes: [Int] = []

  private let fields: WeirFields
  private var writer = AlertWriter()
  private var bytes: [UInt8] = []
  private var entries: [AlertBlock.Entry] = []
  private var places: [[Int32]]
  private var deadLetters: [DeadLetter] = []
  private var checkpoints: [InputCheckpoint] = []
  private var waitingBytes: [UInt8] = []
  private var waitingEntries: [AlertBlock.Entry] = []

  init(plan: Plan, fields: WeirFields, witness: (any PipelineWitness)?, capacity: Int, now: Timestamp) {
    self.now = now
    self.witness = witness
    self.fields = fields
    places = Array(repeating: [], count: plan.outputCount)
    // Room for what enrichers add: an id and a name or two for each alert. Rounded up, so that one batch can take the place of
    // another in memory.
    let room = capacity + capacity / 8
    bytes.reserveCapacity(room + (1 << 16) - room % (1 << 16))
  }

  var entryCount: Int { entries.count }

  /// Notes that the alert at `place` goes to an output; twice is once.
  mutating func mark(_ place: Int32, for output: Int) {
    if places[output].last != place { places[output].append(place) }
  }

  /// Writes the alert behind the others.
  mutating func append(_ alert: borrowing Alert, time: Timestamp) {
    Self.write(alert, notes, fields, &writer, time: time, to: &bytes, &entries)
  }

  /// Writes the alert to where it waits for the next stage.
  ///
  /// - Parameters:
  ///   - ambient: what conditions can ask for although it is not written with it.
  ///   - source: where it was read.
  mutating func wait(_ alert: borrowing Alert, time: Timestamp, ambient: [AddedField], source: String) {
    var idOnly = AlertNotes()
    idOnly.id = notes.id
    Self.write(alert, idOnly, fields, &writer, time: time, to: &waitingBytes, &waitingEntries)
    waiting.append(notes.kept(of: alert, ambient: ambient, source: source))
  }

  mutating func takeWaiting() -> Waiting {
    defer {
      waiting = []
      waitingBytes = []
      waitingEntries = []
    }
    return Waiting(batch: DeliveryBatch(AlertBlock(bytes: waitingBytes, entries: waitingEntries)), notes: waiting)
  }

  /// Notes where an input goes on; what was noted for the same key before does not count any more.
  mutating func add(_ checkpoint: InputCheckpoint) {
    if checkpoints.last?.key == checkpoint.key { checkpoints.removeLast() }
    checkpoints.append(checkpoint)
  }

  mutating func add(_ unreadable: UnreadableInput, source: String) {
    if unreadable.countsAsAlert {
      counts.read += 1
      counts.deadLettered += 1
    }
    deadLetters.append(
      DeadLetter(
        reason: unreadable.reason, source: source, line: unreadable.line, offset: unreadable.offset,
        bytes: unreadable.bytes))
  }

  /// Makes a dead letter of an alert that was read already.
  mutating func bury(_ alert: UnsafeRawBufferPointer, reason: String, source: String) {
    counts.deadLettered += 1
    deadLetters.append(DeadLetter(reason: reason, source: source, line: 0, offset: 0, bytes: Array(alert)))
  }

  mutating func add(_ refused: AlertDecoder.Refused, source: String) {
    counts.read += 1
    counts.deadLettered += 1
    deadLetters.append(
      DeadLetter(
        reason: refused.reason, source: source, line: refused.frame.line, offset: refused.frame.offset,
        bytes: Array(refused.bytes)))
  }

  consuming func finish() -> BatchOutcome {
    BatchOutcome(
      block: AlertBlock(bytes: bytes, entries: entries), places: places, deadLetters: deadLetters, counts: counts,
      checkpoints: checkpoints)
  }

  private static func write(
    _ alert: borrowing Alert, _ notes: AlertNotes, _ fields: WeirFields, _ writer: inout AlertWriter, time: Timestamp,
    to bytes: inout [UInt8], _ entries: inout [AlertBlock.Entry]
  ) {
    writer.begin()
    writer.add(alert.added)
    notes.write(to: &writer, fields, severity: alert.severity, in: alert.document)
    let start = bytes.count
    let written = writer.write(alert.document, to: &bytes, locating: fields.alertID)
    // An alert that came from another Weir has its id in it already.
    let id = written.map { $0.lowerBound + 1..<$0.upperBound - 1 } ?? find(notes.id, in: bytes, from: start)
    entries.append(
      AlertBlock.Entry(
        start: UInt32(start), count: UInt32(bytes.count - start), idStart: UInt32(id.lowerBound),
        idCount: UInt32(id.count), time: time, severity: alert.severity, table: UInt16(alert.table)))
    bytes.append(0x0A)
  }

  /// Where `text` stands in `bytes`; an empty place where it does not.
  private static func find(_ text: [UInt8], in bytes: [UInt8], from start: Int) -> Range<Int> {
    let found = bytes[start...].firstRange(of: text)
    return found ?? start..<start
  }
}
