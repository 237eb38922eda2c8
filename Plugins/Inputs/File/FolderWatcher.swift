internal import Glibc
internal import PluginKit
internal import Synchronization

/// Notices changes in folders with inotify(7), where there is such a thing; without it, `waitForChange` waits until it is
/// cancelled.
final class FolderWatcher: Sendable {
  private let thread = BlockingThread("file-watch")
  private let descriptor: Int32
  /// A pipe of its own, to wake whoever waits.
  private let wake: (read: Int32, write: Int32)
  private let folders = Mutex<Set<String>>([])
  private let namesChanged = Atomic<Bool>(true)

  init() {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    wake = (ends[0], ends[1])
  }

  deinit {
    for open in [descriptor, wake.read, wake.write] where open >= 0 { close(open) }
  }

  /// Watches a folder, if it is there.
  func watch(_ folder: String) {
    guard descriptor >= 0 else { return }
    folders.withLock { known in
      guard !known.contains(folder) else { return }
      let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
      if inotify_add_watch(descriptor, folder, UInt32(events)) >= 0 { known.insert(folder) }
    }
  }

  /// True once after files appeared, went or were renamed, or a watch ended.
  func takeNamesChanged() -> Bool { namesChanged.exchange(false, ordering: .relaxed) }

  /// Returns after a change, or when the task is cancelled.
  func waitForChange() async {
    await withTaskCancellationHandler {
      _ = try? await thread.run { [self] in
        var waits = [
          pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
          pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waits, nfds_t(waits.count), -1) < 0, errno == EINTR {}
        drain(wake.read) { _ in }
        drain(descriptor) { noteNames($0) }
      }
    } onCancel: {
      var byte: UInt8 = 1
      _ = write(wake.write, &byte, 1)
    }
  }

  private func drain(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void) {
    guard descriptor >= 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { room in
      while true {
        let count = read(descriptor, room.baseAddress, room.count)
        guard count > 0 else { return }
        body(UnsafeRawBufferPointer(rebasing: room[..<count]))
      }
    }
  }

  /// Looks through `inotify_event`s for more than writing.
  private func noteNames(_ events: UnsafeRawBufferPointer) {
    let header = MemoryLayout<inotify_event>.size
    var at = 0
    while at + header <= events.count {
      let event = events.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
      if event.mask & UInt32(IN_MODIFY) == 0 { namesChanged.store(true, ordering: .relaxed) }
      // A folder that went away is watched anew when it comes back.
      if event.mask & UInt32(IN_IGNORED) != 0 { folders.withLock { $0 = [] } }
      at += header + Int(event.len)
    }
  }
}
