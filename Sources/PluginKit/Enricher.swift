public import AlertModel

/// Adds fields to an alert, or holds it back. In memory: it never suspends.
///
/// It returns what it adds; it cannot drop, reorder or overwrite.
public protocol Enricher: Plugin {
  /// True where it can hold alerts back; what draws or describes a configuration asks for it.
  static var canHold: Bool { get }

  /// Called from several threads at once.
  ///
  /// - Throws: `EnrichmentFailure`; the alert goes on without this enricher's fields, and the failure is noted on it.
  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment
}

extension Enricher {
  public static var canHold: Bool { false }
}

/// What an enricher makes of an alert.
public enum Enrichment: Sendable {
  /// Nothing to add.
  case nothing
  /// Fields to add, made once and shared by many alerts.
  case fields([AddedField])
  /// Add fields, and give the alert this severity from here on.
  case assess(Severity, [AddedField])
  /// Hold the alert back. It goes to the configured place for suppressed alerts, with this record, and no route sees it.
  case hold(Suppression)
  /// Let the alert go on with this severity instead of its own, and with the record of what would have held it back.
  case demote(to: Severity, Suppression)
}

/// Adds fields to whole batches of alerts and does I/O for it, within a deadline.
public protocol RemoteEnricher: Plugin {
  /// How long a batch may take; after that the alerts go on without this enricher's fields, and that is noted on them.
  var deadline: Duration { get }

  /// - Returns: one result an alert, in the order of the batch.
  func enrich(_ batch: DeliveryBatch) async -> [Result<Enrichment, EnrichmentFailure>]
}

/// Why an enricher had nothing to say. Noted on the alert under `weir.enrichment_errors`; never a reason to hold it.
public struct EnrichmentFailure: Error, Sendable, Equatable {
  /// What is wrong, for whoever reads the alert.
  public let reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}
