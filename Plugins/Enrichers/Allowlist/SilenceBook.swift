internal import AlertModel
internal import PluginKit
internal import Synchronization

/// The silences that are obeyed, as an allowlist that can change while alerts pass, and how many alerts each held back.
final class SilenceBook: Sendable {
  private struct State {
    var list: Allowlist?
    var ids: [String] = []
    var held: [String: Int] = [:]
  }

  private let state = Mutex(State())
  /// So that alerts need not wait for one another where there is nothing to look at, which is nearly always.
  private let isEmpty = Atomic(true)

  /// The silences; nil where there are none.
  var list: Allowlist? { isEmpty.load(ordering: .acquiring) ? nil : state.withLock { $0.list } }

  var held: [String: Int] { state.withLock { $0.held } }

  /// - Parameter ids: by number of an entry of the list, its silence.
  func replace(_ list: Allowlist, ids: [String]) {
    state.withLock { state in
      state.list = list
      state.ids = ids
    }
    isEmpty.store(ids.isEmpty, ordering: .releasing)
  }

  /// Notes that the silence of that name held an alert back.
  func count(_ entry: Entry) {
    state.withLock { state in
      guard let id = state.ids.first(where: { entry.name.hasSuffix($0) }) else { return }
      state.held[id, default: 0] += 1
    }
  }
}
