/// An output that can show what it would send: for `weir explain`.
public protocol Previewing: Output {
  /// What `deliver` would send for this alert alone: the body of a request before compression, a message, a line. Sends
  /// nothing, and has no secret: neither addresses nor headers are part of it.
  ///
  /// - Throws: why the alert cannot be sent.
  func preview(_ alert: OutgoingAlert) throws -> [UInt8]
}

/// Why an alert would not be sent.
public struct PreviewError: Error, CustomStringConvertible {
  public let description: String

  public init(_ reason: String) {
    description = reason
  }
}

extension DeliveryBatch {
  /// One alert alone.
  public init(_ alert: OutgoingAlert) {
    self.init(AlertBlock(bytes: alert.block.bytes, entries: [alert.entry]))
  }
}
