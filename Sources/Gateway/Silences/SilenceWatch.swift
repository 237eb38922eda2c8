internal import AlertModel
internal import Logging
internal import PluginKit
internal import Synchronization

/// Has enrichers obey the silences of the state folder, as they are added and end, and tells of it.
final class SilenceWatch: Sendable {
  private let file: SilenceFile
  private let silencing: [any Silencing]
  private let rules: SilenceRules
  private let clock: any GatewayClock
  private let logger: Logger
  private let thread = BlockingThread("silences")
  private let state = Mutex(State())

  private struct State {
    /// What was last given to the enrichers.
    var obeyed: [Silence] = []
    /// How much of what enrichers counted is in the file.
    var counted: [String: Int] = [:]
    /// Notices that were given, but are not in the file yet.
    var told: Set<String> = []
    /// What was last complained of, so that it is said once.
    var complaint = ""
  }

  /// How soon a change of the file is noticed.
  static let pause = Duration.seconds(1)

  init(_ parts: GatewayParts, clock: any GatewayClock, logger: Logger) {
    file = SilenceFile(stateFolder: parts.stateFolder)
    silencing = parts.silencing
    rules = parts.silences
    self.clock = clock
    self.logger = logger
  }

  /// Has enrichers obey what is in force, before the first alert; tells nothing.
  func begin() async {
    let now = clock.now
    guard let silences = try? await thread.run({ [file] in try file.read() }) else { return }
    obey(silences.filter { rules.obeys($0, now) }.map(\.silence))
  }

  /// Looks once: what is in force is obeyed, what was not told is told.
  ///
  /// - Parameter tell: takes a notice; once it returns, the notice is kept.
  func look(_ tell: (_ notice: [UInt8]) async -> Void) async {
    let now = clock.now
    await count(now)
    let silences: [KeptSilence]
    do {
      silences = try await thread.run { [file] in try file.read() }
    } catch {
      // Fails open: what cannot be read holds nothing back.
      complain("\(error)")
      obey([])
      return
    }
    let tooLong = silences.filter { $0.isInForce(now) && !rules.allows($0) }.map(\.silence.entryName)
    if !tooLong.isEmpty {
      complain("not obeyed, since longer than 'max_duration' of 'silences': \(tooLong.joined(separator: ", "))")
    }
    obey(silences.filter { rules.obeys($0, now) }.map(\.silence))
    for kept in silences where rules.allows(kept) {
      for moment in due(kept, now) {
        let held = kept.held + uncounted(kept.silence.id)
        var told = kept
        told.held = held
        let notice = "\(kept.silence.id) \(moment.rawValue)"
        if state.withLock({ $0.told.insert(notice).inserted }) {
          await tell(SilenceNotice.document(moment, told, now: now))
        }
        if await change(kept.silence.id, now, { $0.told.insert(moment) }) {
          state.withLock { _ = $0.told.remove(notice) }
        }
      }
    }
  }

  /// Adds what was held back to the file; at the end of a run nothing of it must be missing.
  func count(_ now: Timestamp) async {
    var held: [String: Int] = [:]
    for enricher in silencing { held.merge(enricher.heldBySilences, uniquingKeysWith: +) }
    let counted = state.withLock { $0.counted }
    for (id, count) in held where count > counted[id] ?? 0 {
      let more = count - (counted[id] ?? 0)
      if await change(id, now, { $0.held += more }) { state.withLock { $0.counted[id] = count } }
    }
  }

  private func uncounted(_ id: String) -> Int {
    let held = silencing.reduce(0) { $0 + ($1.heldBySilences[id] ?? 0) }
    return held - state.withLock { $0.counted[id] ?? 0 }
  }

  private func due(_ kept: KeptSilence, _ now: Timestamp) -> [KeptSilence.Moment] {
    var moments: [KeptSilence.Moment] = []
    if kept.silence.begins <= now, !kept.told.contains(.begun) { moments.append(.begun) }
    if kept.end <= now, !kept.told.contains(.ended) { moments.append(.ended) }
    return moments
  }

  private func obey(_ silences: [Silence]) {
    let isNew = state.withLock { state in
      guard state.obeyed != silences else { return false }
      state.obeyed = silences
      return true
    }
    guard isNew else { return }
    for enricher in silencing {
      for problem in enricher.obey(silences) {
        logger.warning("\(problem.place.file) is not obeyed: \(problem.message)")
      }
    }
  }

  @discardableResult
  private func change(
    _ id: String, _ now: Timestamp, _ change: @escaping @Sendable (inout KeptSilence) -> Void
  ) async -> Bool {
    do {
      try await thread.run { [file] in
        try file.update(now: now) { silences throws(SilenceFile.Failure) in
          if let place = silences.firstIndex(where: { $0.silence.id == id }) { change(&silences[place]) }
        }
      }
      return true
    } catch {
      complain("\(error)")
      return false
    }
  }

  private func complain(_ text: String) {
    let isNew = state.withLock { state in
      defer { state.complaint = text }
      return state.complaint != text
    }
    if isNew { logger.error("\(text)") }
  }
}
