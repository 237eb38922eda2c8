/// The files that something was read from, each as it was just before.
public struct FileDependencies: Sendable {
  /// By path; nil where there was no such file.
  private var stamps: [String: FileStamp?] = [:]
  private var searches: [(search: @Sendable () -> [String], found: [String])] = []

  public init() {}

  /// Files that are about to be read.
  public init(_ paths: some Sequence<String>) {
    for path in paths { add(path) }
  }

  /// Notes a file that is about to be read. What was noted first counts: it may have changed since.
  public mutating func add(_ path: String) {
    if stamps[path] == nil { stamps[path] = .some(FileStamp(path)) }
  }

  mutating func add(_ search: @escaping @Sendable () -> [String], found: [String]) {
    searches.append((search, found))
  }

  /// Takes in what another reading depended on.
  public mutating func add(_ other: FileDependencies) {
    stamps.merge(other.stamps) { own, _ in own }
    searches += other.searches
  }

  /// The files that are no longer what they were, that came or that went. Looks at each; blocks for that.
  public var changed: [String] {
    var changed = Set(stamps.filter { FileStamp($0.key) != $0.value }.keys)
    for (search, found) in searches { changed.formUnion(Set(found).symmetricDifference(search())) }
    return changed.sorted()
  }

  /// The same files as they are now.
  public var now: FileDependencies {
    var now = FileDependencies(stamps.keys)
    now.searches = searches.map { ($0.search, $0.search()) }
    return now
  }

  /// The same files, as the other has noted them where it has.
  public func keeping(_ other: FileDependencies) -> FileDependencies {
    var kept = self
    kept.stamps.merge(other.stamps.filter { stamps[$0.key] != nil }) { _, other in other }
    return kept
  }

  /// The folders that the files lie in.
  public var folders: Set<String> {
    let files = Array(stamps.keys) + searches.flatMap(\.found)
    return Set(files.map { path in path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." })
  }

  /// The same while no file has changed.
  public var signature: String {
    stamps.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value?.description ?? "")" }.joined(separator: "\n")
  }
}
