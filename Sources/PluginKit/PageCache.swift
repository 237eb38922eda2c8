internal import CFileRanges
internal import Glibc

/// What the system has in memory, so that reading it waits for nothing and needs no `BlockingThread`.
public enum PageCache {
  /// True where the `count` bytes of a regular file that begin at `offset` are in memory, as far as one can tell by the last
  /// of them: files are read from front to back. False where they are not all there, or the file system cannot say.
  public static func holds(_ count: Int, at offset: Int64, of descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { room in
      var part = iovec(iov_base: room.baseAddress, iov_len: 1)
      return preadv2(descriptor, &part, 1, off_t(offset) + count - 1, RWF_NOWAIT) == 1
    }
  }

  /// Reads on in a file or a pipe, as read(2) does, but waits for nothing: another process may be quicker to take what a pipe
  /// had.
  ///
  /// - Returns: how many bytes, 0 at the end; -1 with `EAGAIN` in `errno` where one would have to wait, something is wrong, or
  ///   the system cannot say, as of FIFOs and terminals.
  public static func read(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> Int {
    var part = iovec(iov_base: room.baseAddress, iov_len: room.count)
    let count = preadv2(descriptor, &part, 1, -1, RWF_NOWAIT)
    if count < 0 { errno = EAGAIN }
    return count
  }
}
