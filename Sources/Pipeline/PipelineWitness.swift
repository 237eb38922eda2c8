public import AlertModel
public import PluginKit

/// Told what happens to each alert on its way through a worker: for commands that explain and compare.
///
/// Called on the worker, in order; the alerts of one batch are told apart by their numbers, which ascend. Whatever it is
/// not interested in it leaves out.
public protocol PipelineWitness: AnyObject, Sendable {
  /// Detectors are about to be asked about an event.
  func willDetect(_ event: borrowing Alert)

  /// A new alert, before any enricher.
  ///
  /// - Parameters:
  ///   - line: the line on which its document begins.
  ///   - rule: the rule that made it from an event.
  func began(_ number: Int, line: Int, _ alert: borrowing Alert, rule: String?)

  /// An enricher is about to be asked.
  func willAsk(_ enricher: String, about number: Int, _ alert: borrowing Alert)

  /// What the enricher made of the alert.
  func didAnswer(_ enricher: String, about number: Int, _ answer: Result<Enrichment, EnrichmentFailure>)

  /// The alert has its end.
  func ended(_ end: AlertEnd, _ alert: borrowing Alert)
}

extension PipelineWitness {
  public func willDetect(_ event: borrowing Alert) {}
  public func began(_ number: Int, line: Int, _ alert: borrowing Alert, rule: String?) {}
  public func willAsk(_ enricher: String, about number: Int, _ alert: borrowing Alert) {}
  public func didAnswer(_ enricher: String, about number: Int, _ answer: Result<Enrichment, EnrichmentFailure>) {}
}

/// Where an alert ended, and why.
public struct AlertEnd: Sendable {
  /// Tells the alerts of a batch apart, from 0.
  public let number: Int

  /// The stable id, as the inside of a JSON string.
  public let id: [UInt8]

  /// Where it went.
  public let fate: Fate

  /// What would have held the alert back, where its severity was lowered instead.
  public let demotion: Suppression?

  /// What `now` meant in conditions.
  public let now: Timestamp

  /// Its place in the outcome's block; nil where no route took it.
  public let place: Int32?

  /// What becomes of an alert before its outputs.
  public enum Fate: Sendable {
    case suppressed(Suppression)
    /// The routes that took it: places in the plan's list.
    case routed([Int])
    case unrouted
  }
}
