internal import Glibc
internal import Synchronization

/// Notices changes in folders with inotify(7), where there is such a thing; without it, `waitForChange` waits until it is
/// woken or cancelled. Not every file system tells of changes, so whoever uses this also looks now and then.
package final class FolderWatcher: Sendable {
  /// What is to be noticed.
  package enum Interest: Sendable {
    /// Every write to a file, and files that appear, go and are renamed.
    case writes
    /// Files that are complete: closed after writing, put in place, or gone.
    case contents

    fileprivate var events: Int32 {
      let names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
      return switch self {
      case .writes: names | IN_MODIFY
      case .contents: names | IN_CLOSE_WRITE
      }
    }
  }

  private let thread = BlockingThread("folder-watch")
  private let interest: Interest
  private let descriptor: Int32
  /// A pipe of its own, to wake whoever waits.
  private let wakePipe: (read: Int32, write: Int32)
  private let folders = Mutex<Set<String>>([])
  private let namesChanged = Atomic<Bool>(true)

  package init(_ interest: Interest) {
    self.interest = interest
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    wakePipe = (ends[0], ends[1])
  }

  deinit {
    for open in [descriptor, wakePipe.read, wakePipe.write] where open >= 0 { close(open) }
  }

  /// Watches a folder, if it is there.
  package func watch(_ folder: String) {
    guard descriptor >= 0 else { return }
    folders.withLock { known in
      guard !known.contains(folder) else { return }
      if inotify_add_watch(descriptor, folder, UInt32(interest.events)) >= 0 { known.insert(folder) }
    }
  }

  /// True once after files appeared, went or were renamed, or a watch ended.
  package func takeNamesChanged() -> Bool { namesChanged.exchange(false, ordering: .relaxed) }

  /// Makes `waitForChange` return, now or the next time.
  package func wake() {
    var byte: UInt8 = 1
    _ = write(wakePipe.write, &byte, 1)
  }

  /// Returns after a change, after `wake`, or when the task is cancelled.
  package func waitForChange() async {
    await withTaskCancellationHandler {
      _ = try? await thread.run { [self] in
        var waits = [
          pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
          pollfd(fd: wakePipe.read, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waits, nfds_t(waits.count), -1) < 0, errno == EINTR {}
        drain(wakePipe.read) { _ in }
        drain(descriptor) { noteNames($0) }
      }
    } onCancel: {
      wake()
    }
  }

  /// Returns as `waitForChange` does, and after `duration` in any case.
  package func waitForChange(atMost duration: Duration, clock: any GatewayClock) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await clock.sleep(for: duration) }
      group.addTask { await self.waitForChange() }
      await group.next()
      group.cancelAll()
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
