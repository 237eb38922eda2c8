/// A parsed document, and what an index of its fields says about it where one was made.
public struct Document {
  /// The whole of it.
  public let root: JSONNode

  private let view: DocumentIndex.View?
  /// Borrowed, as the nodes are.
  private let index: Unmanaged<DocumentIndex>?

  /// A document whose fields are searched for.
  public init(_ root: JSONNode) {
    self.root = root
    view = nil
    index = nil
  }

  /// A document whose fields are found through the index. Valid until that parses or is filled again, and as long as it is
  /// kept.
  ///
  /// - Parameter view: what the index says; nil where it cannot be asked.
  init(_ root: JSONNode, _ view: DocumentIndex.View?, of index: Unmanaged<DocumentIndex>) {
    self.root = root
    self.view = view
    self.index = view == nil ? nil : index
  }

  /// Where a known name leads.
  @inline(__always)
  func place(_ number: Int) -> DocumentIndex.Place { view?.place(number) ?? .unknown }

  @inline(__always)
  func place(of path: PathView) -> DocumentIndex.Place {
    guard let view else { return .unknown }
    return view.place(of: path)
  }

  /// True where one value other than null stands under a known name; false where there is none, and where the index cannot
  /// tell.
  package func hasValue(_ number: Int) -> Bool {
    guard case .node(let node) = place(number) else { return false }
    return !node.isArray && node.kind != .null
  }

  /// False where the document has no known name of that number; true where it may have one.
  @inline(__always)
  func mayHave(_ number: Int) -> Bool { view?.mayHave(number) ?? true }

  /// False where no key of the document is the path's first part, or begins with that and a dot; true where one may be.
  func mayBegin(with path: PathView) -> Bool { index?._withUnsafeGuaranteedRef { $0.mayBegin(with: path) } ?? true }

  func deepestObject(of path: PathView) -> (object: JSONNode, consumed: Int)? {
    index?._withUnsafeGuaranteedRef { $0.deepestObject(of: path) } ?? nil
  }
}
