internal import PluginKit

/// How far a file has been read, and what it takes to find that file again.
struct FileCheckpoint: Equatable, Sendable {
  /// Names the row in which the gateway keeps it; stays the same while the file is renamed or compressed.
  let key: String
  var identity: FileIdentity
  /// Where the file was seen last.
  var path: String
  /// The place in the content (decompressed) that has been reached.
  var position: FramePosition
  /// The first bytes of the content, at most up to the position.
  var head: Fingerprint
  /// The last bytes before the position; of no bytes where only the head is known.
  var tail: Fingerprint
  /// The size at which a compressed file was read to its end; nil where it was not, and for plain files.
  var finishedSize: Int64?

  /// One line of text: a checksum, then the fields, the path last because it may hold anything.
  var encoded: InputCheckpoint {
    let text =
      "1 \(identity.device) \(identity.inode) \(position) \(head.count):\(String(head.hash, radix: 16)) "
      + "\(tail.count):\(String(tail.hash, radix: 16)) \(finishedSize ?? -1) \(path)"
    let checksum = String(Fingerprint.hash(text.utf8), radix: 16)
    return InputCheckpoint(key: key, value: Array("\(checksum) \(text)".utf8))
  }

  init(
    key: String, identity: FileIdentity, path: String, position: FramePosition, head: Fingerprint, tail: Fingerprint,
    finishedSize: Int64? = nil
  ) {
    self.key = key
    self.identity = identity
    self.path = path
    self.position = position
    self.head = head
    self.tail = tail
    self.finishedSize = finishedSize
  }

  /// Nil where the stored bytes are damaged, or of a version that is not known.
  init?(_ stored: InputCheckpoint) {
    let text = String(decoding: stored.value, as: UTF8.self)
    let parts = text.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: false)
    guard parts.count == 9, let checksum = UInt64(parts[0], radix: 16), parts[1] == "1",
      Fingerprint.hash(text.utf8.dropFirst(parts[0].utf8.count + 1)) == checksum,
      let device = UInt64(parts[2]), let inode = UInt64(parts[3]), let position = FramePosition(String(parts[4])),
      let head = Fingerprint(encoded: parts[5]), let tail = Fingerprint(encoded: parts[6]),
      let finished = Int64(parts[7])
    else { return nil }
    self.init(
      key: stored.key, identity: FileIdentity(device: device, inode: inode), path: String(parts[8]),
      position: position, head: head, tail: tail,
      finishedSize: finished < 0 ? nil : finished)
  }
}

extension Fingerprint {
  fileprivate init?(encoded: Substring) {
    let parts = encoded.split(separator: ":")
    guard parts.count == 2, let count = Int(parts[0]), let hash = UInt64(parts[1], radix: 16), count >= 0 else {
      return nil
    }
    self.init(count: count, hash: hash)
  }
}
