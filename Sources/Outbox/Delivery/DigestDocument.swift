/// One JSON document that stands for many alerts.
struct DigestDocument: Sendable, Equatable {
  /// The delivery's own id: the same in every try.
  let id: String
  /// One line of JSON, without the line feed.
  let json: [UInt8]
}
