public import AlertModel

/// Alerts to deliver: places in one block, in the order in which they were read.
public struct DeliveryBatch: Sendable {
  /// The alerts, and perhaps others beside them.
  public let block: AlertBlock

  /// Places in `block.entries`, ascending.
  public let places: [Int32]

  /// True where the alerts were tried before: a receiver may have seen them.
  public let isRetry: Bool

  public init(block: AlertBlock, places: [Int32], isRetry: Bool = false) {
    self.block = block
    self.places = places
    self.isRetry = isRetry
  }

  /// All of a block.
  public init(_ block: AlertBlock) {
    self.init(block: block, places: Array(0..<Int32(block.entries.count)))
  }

  /// How many alerts are to be delivered.
  public var count: Int { places.count }

  /// The alert at `index` of this batch.
  public subscript(index: Int) -> OutgoingAlert {
    OutgoingAlert(block: block, entry: block.entries[Int(places[index])])
  }
}

/// One alert of a batch, ready to be sent as it is, or to be parsed.
public struct OutgoingAlert: Sendable {
  /// The block that it is in.
  public let block: AlertBlock
  /// Where it is in the block.
  public let entry: AlertBlock.Entry

  /// What it counts as in the end.
  public var severity: Severity { entry.severity }
  /// When it happened, as the detector says; else when it was read.
  public var time: Timestamp { entry.time }

  /// The stable id, without JSON escapes: the same alert has the same id in every run.
  public var id: String {
    withBytes(from: entry.idStart, count: entry.idCount) { bytes in
      FieldValue(kind: .string, isEscaped: bytes.contains(UInt8(ascii: "\\")), bytes: bytes).text
    }
  }

  /// Calls `body` with the alert's line of JSON, without its line feed.
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withBytes(from: entry.start, count: entry.count, body)
  }

  private func withBytes<Result>(
    from start: UInt32, count: UInt32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try block.bytes.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[Int(start)..<Int(start) + Int(count)]))
    }
  }
}
