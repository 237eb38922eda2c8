internal import AlertModel
internal import Glibc
internal import Logging
public import PluginKit
internal import Synchronization

/// Appends alerts to a file, one line of JSON each.
public struct FileOutput: Output {
  public static let delivery = DeliveryMode.direct

  public static let manual = Manual(
    name: "file",
    summary: "Appends alerts to a file, one line of JSON each.",
    discussion: """
      Rotates by size and by time, compresses and counts rotated files where told to. The file is opened again when it was \
      moved or removed. A line is written whole or not at all; what cannot be written is tried again. `weir.alert_id` in \
      each line tells repeats apart.
      """,
    example: """
      outputs:
        archive:
          file:
            path: archive/{cloud.account.id}/alerts-{%Y-%m-%d}.ndjson
            rotate_size: 100MiB
            keep: 30
            compress: true

      """)

  let template: PathTemplate
  let options: FileOutputOptions
  private let context: PluginContext
  private let readers: AlertReaders
  let rotation: Rotation
  private let state: State

  /// What deliveries share.
  private final class State: Sendable {
    let files: Mutex<FileSet>
    /// The tidying up that is under way.
    let tidying = Mutex<Task<Void, Never>?>(nil)
    let thread = BlockingThread("file-rotation")
    /// Waits for the disk, which may take long.
    let syncing = BlockingThread("file-sync")

    init(_ files: sending FileSet) { self.files = Mutex(files) }
  }

  public init(options: FileOutputOptions, context: PluginContext) throws {
    try self.init(options: options, context: context, write: AppendingFile.systemWrite)
  }

  init(options: FileOutputOptions, context: PluginContext, write: @escaping AppendingFile.Write) throws {
    var mistakes = SettingMistakes()
    if isNullDevice(options.path.path) {
      mistakes.note(
        options.$path.error("'/dev/null' throws alerts away; name a file that keeps them, or leave the output out"))
    }
    options.checkRotation(&mistakes)
    template = try mistakes.finish { () throws(ConfigurationError) in
      do throws(PathTemplate.Mistake) {
        return try PathTemplate(options.path.path, vocabulary: context.vocabulary)
      } catch {
        throw options.$path.error(error.message)
      }
    }
    self.options = options
    self.context = context
    readers = AlertReaders(vocabulary: context.vocabulary)
    rotation = Rotation(
      size: options.rotateSize.map { Int64($0.bytes) }, period: options.rotateEvery?.components.seconds,
      keep: options.keep, isCompressing: options.compress, permissions: options.permissions)
    state = State(
      FileSet(
        rotation: rotation, permissions: options.permissions, isSynced: options.durability == .power, write: write))
  }

  /// Opens the file where its name does not depend on alerts, so that what is wrong shows at once.
  public func start() async throws {
    guard !template.hasFields else { return }
    let now = context.clock.now
    let path = template.path(at: now)
    let failure = state.files.withLock { files -> AppendingFile.Failure? in
      do throws(AppendingFile.Failure) {
        try files.open(path, now: now)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw options.$path.error(failure.reason) }
  }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let now = context.clock.now
    let outcomes =
      template.hasFields
      ? writeByField(batch, now: now)
      : state.files.withLock { $0.append(0..<batch.count, of: batch, to: template.path(at: now), now: now) }
    beginTidying()
    if !outcomes.isEmpty { throw DeliveryError(outcomes) }
  }

  public func flush() async throws(DeliveryError) {
    guard options.durability == .power else { return }
    let state = state
    let failure = try? await state.syncing.run {
      state.files.withLock { files -> AppendingFile.Failure? in
        do throws(AppendingFile.Failure) {
          try files.sync()
          return nil
        } catch {
          return error
        }
      }
    }
    if let failure { throw DeliveryError([0: .retry(reason: failure.reason, after: nil)]) }
  }

  public func stop() async {
    state.files.withLock { $0.close() }
    await state.tidying.withLock { $0 }?.value
  }

  private func writeByField(_ batch: DeliveryBatch, now: Timestamp) -> [Int: DeliveryError.Outcome] {
    var outcomes: [Int: DeliveryError.Outcome] = [:]
    var places: [String: [Int]] = [:]
    var order: [String] = []
    for index in 0..<batch.count {
      do {
        let path = try readers.read(batch[index]) { template.path(for: $0, at: now) }
        if places[path] == nil { order.append(path) }
        places[path, default: []].append(index)
      } catch {
        outcomes[index] = .reject(reason: "the stored alert is damaged: \(error)")
      }
    }
    let confinement = Confinement(folder: template.fixedFolder)
    state.files.withLock { files in
      for path in order {
        if let objection = confinement.objection(to: path) {
          for index in places[path] ?? [] { outcomes[index] = .reject(reason: objection) }
          continue
        }
        let failed = files.append(places[path] ?? [], of: batch, to: path, now: now)
        outcomes.merge(failed) { old, _ in old }
      }
    }
    return outcomes
  }

  /// Compresses and removes rotated files on a thread of its own; `stop` waits for it.
  private func beginTidying() {
    let paths = state.files.withLock { $0.takeRotated() }
    guard !paths.isEmpty, options.compress || options.keep != nil else { return }
    let (thread, rotation, logger) = (state.thread, rotation, context.logger)
    state.tidying.withLock { task in
      let before = task
      task = Task {
        await before?.value
        let problems = try? await thread.run { paths.sorted().flatMap { rotation.tidy($0) } }
        for problem in problems ?? [] { logger.warning("\(problem)") }
      }
    }
  }
}

extension FileOutputOptions {
  fileprivate func checkRotation(_ mistakes: inout SettingMistakes) {
    if let rotateSize, rotateSize.bytes < 1 {
      mistakes.note($rotateSize.error("'rotate_size' must be at least 1 byte"))
    }
    if let rotateEvery, rotateEvery < .seconds(1) {
      mistakes.note($rotateEvery.error("'rotate_every' must be at least 1s"))
    }
    if let keep, keep < 1 {
      mistakes.note(
        $keep.error("'keep' must be at least 1; with none, alerts would be gone with the first rotation"))
    }
    if rotateSize == nil, rotateEvery == nil, keep != nil || compress {
      let setting = keep != nil ? $keep : $compress
      mistakes.note(
        setting.error("'keep' and 'compress' are for rotated files; set 'rotate_size' or 'rotate_every' as well"))
    }
  }
}

extension FileOutput: Previewing {
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] { alert.withJSON { Array($0) } + [0x0A] }
}

/// True for `/dev/null` under any name: the device with the numbers 1 and 3 (Linux, Documentation/admin-guide/devices.txt).
private func isNullDevice(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0x103
}
