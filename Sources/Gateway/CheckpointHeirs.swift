internal import PluginKit

/// Which inputs go on where others were that are no longer configured.
///
/// An input that begins and has no checkpoints inherits those of inputs of its kind that are gone: one of which it reads
/// something, and what versions kept that did not know what inputs read. Those move to it. Where no such one is left, it
/// may be another one with all its paths changed: it gets a copy, and the other finds its own should it come back. What
/// is inherited and does not fit does no harm: an input goes on only in content that it knows again.
struct CheckpointHeirs {
  private let arriving: [String]
  private let all: Set<String>

  /// - Parameters:
  ///   - arriving: the identities of inputs that begin.
  ///   - all: those of all inputs of the configuration.
  init(arriving: [String], among all: [String]) {
    self.arriving = arriving
    self.all = Set(all)
  }

  /// What to commit so that the heirs have what they inherit; an empty value forgets a key.
  func changes(to stored: [InputCheckpoint]) -> [InputCheckpoint] {
    let estates = Dictionary(grouping: stored.filter { !$0.value.isEmpty }) { String($0.key.prefix { $0 != "/" }) }
    let heirs = arriving.filter { estates[$0] == nil }.map { (name: $0, identity: InputIdentity($0)) }
    let gone = estates.keys.filter { !all.contains($0) }.sorted().map { (name: $0, identity: InputIdentity($0)) }
    var changes = Changes()
    var content: Set<String> = []
    var rest: [(name: String, identity: InputIdentity)] = []
    for former in gone {
      let fitting = heirs.filter { heir in
        heir.identity.kind == former.identity.kind
          && (former.identity.sources.isEmpty || !former.identity.sources.isDisjoint(with: heir.identity.sources))
      }
      if fitting.isEmpty { rest.append(former) }
      content.formUnion(fitting.map(\.name))
      for heir in fitting { changes.copy(estates[former.name] ?? [], from: former.name, to: heir.name) }
      if !fitting.isEmpty { changes.forget(estates[former.name] ?? []) }
    }
    for former in rest {
      for heir in heirs where heir.identity.kind == former.identity.kind && !content.contains(heir.name) {
        changes.copy(estates[former.name] ?? [], from: former.name, to: heir.name)
      }
    }
    return changes.checkpoints
  }

  private struct Changes {
    private(set) var checkpoints: [InputCheckpoint] = []
    private var keys: Set<String> = []

    mutating func copy(_ estate: [InputCheckpoint], from former: String, to heir: String) {
      for checkpoint in estate {
        var key = heir + checkpoint.key.dropFirst(former.count)
        // Two that are gone may have known the same file.
        while !keys.insert(key).inserted { key += "+" }
        checkpoints.append(InputCheckpoint(key: key, value: checkpoint.value))
      }
    }

    mutating func forget(_ estate: [InputCheckpoint]) {
      checkpoints += estate.map { InputCheckpoint(key: $0.key, value: []) }
    }
  }
}
