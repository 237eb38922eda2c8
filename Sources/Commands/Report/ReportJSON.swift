internal import AlertModel
internal import Foundation
internal import Gateway
internal import PluginKit

/// A report as one JSON object; its names are part of the command's interface.
struct ReportJSON: Encodable {
  private let made: String
  private let heldBack: Int
  private let delivered: Int
  private let recordsWithoutEntry: Int
  private let entries: [Entry]
  private let rules: [Other]
  private let others: [Other]
  private let silences: [Silence]

  private struct Finding: Encodable {
    let kind: String
    let text: String
  }

  private struct Usage: Encodable {
    let heldBack, demoted, afterExpiry: Int
    let brokenThrough: [String: Int]
    let first, last: String?
    let byRule, byActor, byAccount, bySeverity: [String: Int]

    init(_ usage: EntryUsage) {
      heldBack = usage.held
      demoted = usage.demoted
      afterExpiry = usage.afterExpiry
      brokenThrough = usage.brokenThrough
      first = usage.first?.rfc3339
      last = usage.last?.rfc3339
      byRule = usage.byRule
      byActor = usage.byActor
      byAccount = usage.byAccount
      bySeverity = Severity.allCases.reduce(into: [:]) { counts, severity in
        let count = usage.bySeverity[Int(severity.rawValue)]
        if count > 0 { counts[severity.description] = count }
      }
    }
  }

  private struct Entry: Encodable {
    let name, place, owner, reason, expires, ceiling: String
    let findings: [Finding]
    let use: Usage
    let narrower: String?
    let narrowerSince: [String]?
  }

  private struct Other: Encodable {
    let name: String
    let use: Usage
  }

  private struct Silence: Encodable {
    let id, when, reason, owner, addedBy, begins, ends: String
    let heldBack: Int
  }

  init(_ review: Review) {
    made = review.made.rfc3339
    heldBack = review.held
    delivered = review.totals.delivered
    recordsWithoutEntry = review.totals.withoutEntry
    entries = review.entries.map { review in
      let entry = review.entry
      return Entry(
        name: entry.name, place: entry.place.description, owner: entry.owner, reason: entry.reason,
        expires: entry.expires.text, ceiling: entry.ceiling.description,
        findings: review.findings.map { Finding(kind: $0.kind, text: $0.text(entry)) }, use: Usage(review.usage),
        narrower: review.narrower?.yaml, narrowerSince: review.narrower?.changes)
    }
    rules = review.rules.map { Other(name: $0.name, use: Usage($0.usage)) }
    others = review.others.map { Other(name: $0.name, use: Usage($0.usage)) }
    silences = review.silences.map { kept in
      let silence = kept.silence
      return Silence(
        id: silence.id, when: silence.when, reason: silence.reason, owner: silence.owner, addedBy: kept.addedBy,
        begins: silence.begins.rfc3339, ends: kept.end.rfc3339, heldBack: kept.held)
    }
  }

  /// The object, without a line feed at its end.
  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
