internal import AlertModel
internal import Gateway
internal import PluginKit
internal import Synchronization

/// Reads what a report is made of.
struct ReportReader {
  private let parts: GatewayParts
  private let context: PluginContext

  init(_ parts: GatewayParts, _ environment: CommandEnvironment) {
    self.parts = parts
    context = environment.context(named: "report", vocabulary: parts.formats.vocabulary)
  }

  /// - Parameters:
  ///   - records: files with suppression records.
  ///   - delivered: files with delivered alerts.
  /// - Returns: the review, and false with it where a part of the files could not be read.
  func review(
    records: [String], delivered: [String], since: Timestamp?, limits: Review.Limits, now: Timestamp
  ) async throws -> (Review, Bool) {
    let book = UsageBook(parts.formats, since: since)
    var isSound = try await visit(records) { book.addRecord($0) }
    if try await visit(delivered, { book.addDelivered($0) }) == false { isSound = false }
    let reviewers = parts.enrichers.compactMap { $0.plugin as? any Reviewing }
    var review = Review(
      reviewers.flatMap(\.reviewedEntries), book.current, silences: [], limits: limits, now: now)
    try await propose(&review, reviewers, book, records: records, delivered: delivered)
    return (review, isSound)
  }

  /// Adds narrower entries that hold back everything that the records say was held back.
  private func propose(
    _ review: inout Review, _ reviewers: [any Reviewing], _ book: UsageBook, records: [String], delivered: [String]
  ) async throws {
    var proposals: [String: [NarrowerEntry]] = [:]
    for entry in review.entries where entry.usage.count >= review.limits.enough && !entry.findings.contains(.expired) {
      for reviewer in reviewers {
        proposals[entry.entry.name, default: []] += reviewer.narrower(entry.entry.name, than: entry.usage.use)
      }
    }
    guard proposals.contains(where: { !$0.value.isEmpty }) else { return }
    let missed = Mutex<[String: Set<Int>]>([:])
    let candidates = proposals
    let fields = book.fields
    let check: @Sendable (borrowing Alert) -> Void = { alert in
      guard let name = alert.text(fields.entry) ?? alert.text(fields.demotion) else { return }
      for (place, proposal) in (candidates[name] ?? []).enumerated() where !proposal.holds(alert) {
        missed.withLock { _ = $0[name, default: []].insert(place) }
      }
    }
    _ = try await visit(records, check)
    if review.entries.contains(where: { $0.usage.demoted > 0 }) { _ = try await visit(delivered, check) }
    let failed = missed.withLock { $0 }
    for place in review.entries.indices {
      let name = review.entries[place].entry.name
      let sound = proposals[name]?.enumerated().first { failed[name]?.contains($0.offset) != true }
      guard let sound else { continue }
      review.entries[place].narrower = sound.element
      review.entries[place].findings.append(.canBeNarrower)
    }
  }

  private func visit(
    _ files: [String], _ body: @escaping @Sendable (borrowing Alert) -> Void
  ) async throws -> Bool {
    guard !files.isEmpty else { return true }
    let visitor = AlertVisitor(formats: parts.formats) { alert, _, _ in body(alert) }
    return try await visitor.visit(files, context: context)
  }
}
