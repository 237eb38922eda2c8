/// The name of a field, prepared for looking it up in documents.
///
/// `a.b.c` finds the value under nested objects, under dotted keys, and under any mixture of both; arrays on the way are
/// crossed (every element is looked at). Keys may hold anything else too, so `output_fields.proc.aname[2]` is a path.
/// Where an object repeats a key, its last value counts, as in JavaScript, Python and Go.
public struct FieldPath: Hashable, Sendable {
  /// What a path is made of, behind one reference: paths are copied for every look-up.
  private final class Storage: Sendable {
    let name: String
    let view: PathView
    /// What keeps the paths among which it is known.
    private let keeper: KnownPaths?

    init(_ name: String, _ known: KnownPaths?, _ numbers: [PathView.Part]) {
      self.name = name
      keeper = known
      view = PathView(name, among: known?.identity, numbers)
    }

    deinit { view.deallocate() }
  }

  private let storage: Storage

  /// The name as written.
  public var name: String { storage.name }

  public init(_ name: String) {
    storage = Storage(name, nil, [])
  }

  /// Leads to where one stands already.
  static let here = FieldPath("")

  /// - Parameter numbers: of every part of the name that ends at a dot, and last of the name itself.
  init(_ name: String, among known: KnownPaths, numbers: [PathView.Part]) {
    storage = Storage(name, known, numbers)
  }

  /// What can be asked of the path, valid as long as the path or its keeper is kept.
  var view: PathView { storage.view }
  var keeper: any AnyObject & Sendable { storage }

  /// Calls `body` with what can be asked of the path, which is kept until it returns.
  @inline(__always)
  private func withView<Result>(_ body: (PathView) -> Result) -> Result {
    withExtendedLifetime(storage) { body(storage.view) }
  }

  /// The path's number in an index of those paths; -1 where it has none there.
  @inline(__always)
  func number(among known: KnownPaths.Identity) -> Int { storage.view.number(among: known) }

  public static func == (left: FieldPath, right: FieldPath) -> Bool {
    left.storage === right.storage || left.withView { left in right.withView { left.hasSameName(as: $0) } }
  }

  public func hash(into hasher: inout Hasher) { withView { hasher.combine(bytes: $0.name) } }

  /// Calls `body` with each value at this path below `root`, in document order, until it returns true.
  ///
  /// An array is not a value but each of its elements is; `null` is passed on, an empty array gives nothing.
  /// - Returns: true where `body` returned true.
  @discardableResult
  public func forEachValue(in root: JSONNode, _ body: (JSONNode) -> Bool) -> Bool {
    withView { $0.visit(root, throughArrays: true, body) }
  }

  /// Calls `body` with each node at this path below `root`, arrays as they are, until it returns true.
  @discardableResult
  public func forEachNode(in root: JSONNode, _ body: (JSONNode) -> Bool) -> Bool {
    withView { $0.visit(root, throughArrays: false, body) }
  }

  /// Calls `body` with each value at this path, as `forEachValue(in root:)` does.
  @discardableResult
  public func forEachValue(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    withView { $0.forEachValue(in: document, body) }
  }

  /// Calls `body` with each node at this path, as `forEachNode(in root:)` does.
  @discardableResult
  public func forEachNode(in document: Document, _ body: (JSONNode) -> Bool) -> Bool {
    withView { $0.forEachNode(in: document, body) }
  }

  /// The first value at this path that is not `null`.
  public func first(in document: Document) -> JSONNode? {
    var found: JSONNode?
    forEachValue(in: document) { node in
      guard node.kind != .null else { return false }
      found = node
      return true
    }
    return found
  }

  /// The first value at this path below `root` that is not `null`.
  public func first(in root: JSONNode) -> JSONNode? { first(in: Document(root)) }

  /// True where the document has this field, even as `null`.
  package func exists(in document: Document) -> Bool { withView { $0.exists(in: document) } }

  /// The same for names with the same first part, and rarely for others.
  @inline(__always)
  var head: UInt64 { storage.view.head }

  /// What is left of this name below `other`; nil where it is not below it.
  func remainder(below other: FieldPath) -> FieldPath? {
    withView { view in
      other.withView { other in
        guard other.name.count < view.name.count, view.isOrLies(below: other) else { return nil }
        return FieldPath(String(decoding: view.name[(other.name.count + 1)...], as: UTF8.self))
      }
    }
  }
}
