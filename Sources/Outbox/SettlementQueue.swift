internal import Synchronization

/// Gathers what several deliveries change while the database is busy, so that one transaction commits all of it.
final class SettlementQueue: Sendable {
  /// What became of one settlement.
  final class Ticket: Sendable {
    let settlement: Settlement
    private let result = Mutex<Result<Void, OutboxError>?>(nil)

    init(_ settlement: Settlement) { self.settlement = settlement }

    /// Nil while nobody has tried.
    var outcome: Result<Void, OutboxError>? { result.withLock { $0 } }

    func end(_ outcome: Result<Void, OutboxError>) { result.withLock { $0 = outcome } }
  }

  private let waiting = Mutex<[Ticket]>([])

  func add(_ settlement: Settlement) -> Ticket {
    let ticket = Ticket(settlement)
    waiting.withLock { $0.append(ticket) }
    return ticket
  }

  /// Commits whatever waits. Whoever adds calls this afterwards; the work may have been done by then.
  func commitAll(_ commit: ([Settlement]) throws(OutboxError) -> Void) {
    let tickets = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    guard !tickets.isEmpty else { return }
    do {
      try commit(tickets.map(\.settlement))
      for ticket in tickets { ticket.end(.success(())) }
    } catch {
      for ticket in tickets { ticket.end(.failure(error)) }
    }
  }
}
