/// What some bytes of a file hash to: how a file is known again under another name or inode.
struct Fingerprint: Equatable, Sendable {
  /// How many bytes are compared at the beginning, and before the place that was reached.
  static let headSize = 1024
  static let tailSize = 256

  let count: Int
  let hash: UInt64

  init(count: Int, hash: UInt64) {
    self.count = count
    self.hash = hash
  }

  init(_ bytes: some Collection<UInt8>) {
    count = bytes.count
    hash = Self.hash(bytes)
  }

  /// FNV-1a with 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
