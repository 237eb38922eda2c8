internal import PluginKit

/// The entries of a mapping while they are read. Few keys are looked through, many are looked up.
struct MappingEntries {
  private(set) var all: [LocatedNode.Entry] = []
  /// By key, once there are many.
  private var lines: [String: Int] = [:]

  private static let few = 16

  init() { all.reserveCapacity(8) }

  /// The line of that key; nil where there is none yet.
  func line(of key: String) -> Int? {
    if all.count > Self.few { return lines[key] }
    return all.first { $0.key.text == key }?.key.place.line
  }

  mutating func append(_ entry: LocatedNode.Entry) {
    all.append(entry)
    guard all.count > Self.few else { return }
    for entry in lines.isEmpty ? all[...] : all.suffix(1) { lines[entry.key.text] = entry.key.place.line }
  }
}
