internal import CFileRanges
internal import Glibc

/// What the system has in memory of a file, so that reading it waits for no disk and needs no `BlockingThread`.
public enum PageCache {
  /// True where the `count` bytes of a regular file that begin at `offset` are in memory, as far as one can tell by the last
  /// of them: files are read from front to back. False where they are not all there, or the file system cannot say.
  public static func holds(_ count: Int, at offset: Int64, of descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { room in
      var part = iovec(iov_base: room.baseAddress, iov_len: 1)
      return preadv2(descriptor, &part, 1, off_t(offset) + count - 1, RWF_NOWAIT) == 1
    }
  }
}
