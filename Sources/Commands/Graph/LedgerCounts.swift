internal import Foundation

/// The counts of a ledger file, as `weir run --ledger` writes it.
struct LedgerCounts: Decodable {
  let read: Int
  let routed: Int
  let suppressed: Int
  let unrouted: Int
  let deadLettered: Int
  let events: Int
  let outputs: [String: OutputCounts]

  struct OutputCounts: Decodable {
    let delivered: Int
    let deadLettered: Int
    let pending: Int

    enum CodingKeys: String, CodingKey {
      case delivered, pending
      case deadLettered = "dead_lettered"
    }
  }

  enum CodingKeys: String, CodingKey {
    case read, routed, suppressed, unrouted, outputs, events
    case deadLettered = "dead_lettered"
  }

  init(from decoder: any Decoder) throws {
    let ledger = try decoder.container(keyedBy: CodingKeys.self)
    read = try ledger.decode(Int.self, forKey: .read)
    routed = try ledger.decode(Int.self, forKey: .routed)
    suppressed = try ledger.decode(Int.self, forKey: .suppressed)
    unrouted = try ledger.decode(Int.self, forKey: .unrouted)
    deadLettered = try ledger.decode(Int.self, forKey: .deadLettered)
    events = try ledger.decodeIfPresent(Int.self, forKey: .events) ?? 0
    outputs = try ledger.decode([String: OutputCounts].self, forKey: .outputs)
  }

  /// - Throws: where there is no such file, or it is no ledger.
  init(file: String) throws {
    self = try JSONDecoder().decode(LedgerCounts.self, from: Data(contentsOf: URL(filePath: file)))
  }

  /// What became of the alerts for one output.
  func lines(of output: String) -> [String] {
    guard let counts = outputs[output] else { return [] }
    var lines = ["\(counts.delivered) delivered"]
    if counts.pending > 0 { lines.append("\(counts.pending) pending") }
    if counts.deadLettered > 0 { lines.append("\(counts.deadLettered) given up") }
    return lines
  }
}
