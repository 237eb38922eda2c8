public import AlertModel

/// Alerts as they leave the pipeline: each one line of JSON with Weir's fields, end to end in one buffer that never
/// changes. Routes and outputs refer to alerts by their place.
public final class AlertBlock: Sendable {
  /// All alerts, each followed by a line feed.
  public let bytes: [UInt8]

  /// Where each alert is, in the order in which they were read.
  public let entries: [Entry]

  public init(bytes: [UInt8], entries: [Entry]) {
    self.bytes = bytes
    self.entries = entries
  }

  /// What is known of an alert without parsing it.
  public struct Entry: Sendable, Equatable {
    /// The first byte of its line.
    public var start: UInt32
    /// How many bytes, without the line feed.
    public var count: UInt32
    /// Where its id stands: the inside of the JSON string at `weir.alert_id`, from the beginning of the block.
    public var idStart: UInt32
    /// How many bytes the id has.
    public var idCount: UInt32
    /// The alert's own time (`@timestamp`); the time of reading where it has none.
    public var time: Timestamp
    /// What it counts as in the end.
    public var severity: Severity
    /// The place of its format in `Vocabulary.tables`.
    public var table: UInt16

    /// Where its line stands in the block, without the line feed.
    public var line: Range<Int> { Int(start)..<Int(start) + Int(count) }

    /// Where its id stands in the block.
    public var id: Range<Int> { Int(idStart)..<Int(idStart) + Int(idCount) }

    public init(
      start: UInt32, count: UInt32, idStart: UInt32, idCount: UInt32, time: Timestamp, severity: Severity, table: UInt16
    ) {
      self.start = start
      self.count = count
      self.idStart = idStart
      self.idCount = idCount
      self.time = time
      self.severity = severity
      self.table = table
    }
  }
}
