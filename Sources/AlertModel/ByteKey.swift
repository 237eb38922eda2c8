/// Bytes by which something is looked up: an array of them is hashed byte by byte, these in one piece.
package struct ByteKey: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The UTF-8 of a text, so that what Unicode takes for the same stays apart.
  package init(_ text: String) { bytes = Array(text.utf8) }

  package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
