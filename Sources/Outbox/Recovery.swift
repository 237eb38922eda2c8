internal import PluginKit

/// What became of a damaged database at the start.
public struct Recovery: Sendable, Equatable, CustomStringConvertible {
  /// What was wrong.
  public let reason: String
  /// Where the damaged file is now.
  public let setAside: String
  /// Deliveries that were saved into the new one.
  public let savedDeliveries: Int
  /// By output: deliveries of which is known that they could not be saved.
  public let lost: [String: Int]
  /// By output: alerts that became dead letters because their bytes are damaged.
  public let buried: [String: Int]
  /// True where there may be more, because the list of what waited could not be read to its end.
  public let mayHaveLostMore: Bool
  /// Input checkpoints that were saved.
  public let savedCheckpoints: Int

  /// All that could not be saved to be delivered.
  public var lostDeliveries: Int { lost.values.reduce(0, +) + buried.values.reduce(0, +) }

  public var description: String {
    let saved = String.counted(savedDeliveries, "waiting delivery", plural: "waiting deliveries")
    let checkpoints = String.counted(savedCheckpoints, "input checkpoint")
    let lost = String.counted(lostDeliveries, "delivery", plural: "deliveries")
    return "\(reason); it was set aside as '\(setAside)', \(saved) and \(checkpoints) were saved from it, "
      + "\(lost) could not be read"
      + (mayHaveLostMore ? ", and there may be more: the list of what waited cannot be read to its end" : "")
  }
}
