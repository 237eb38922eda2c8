/// A parsed document, and the index of its fields where one was made.
public struct Document {
  /// The whole of it.
  public let root: JSONNode

  private let index: DocumentIndex?

  /// A document whose fields are searched for.
  public init(_ root: JSONNode) {
    self.root = root
    index = nil
  }

  /// A document whose fields are found through the index, if that was last filled with it. Valid until it is filled again.
  public init(_ root: JSONNode, index: DocumentIndex) {
    self.root = root
    self.index = index.covers(root) ? index : nil
  }

  @inline(__always)
  func place(of path: FieldPath) -> DocumentIndex.Place { index?.place(of: path) ?? .unknown }

  /// False where the document has no known name of that number; true where it may have one.
  func mayHave(_ number: Int) -> Bool { index?.mayHave(number) ?? true }

  /// False where no key of the document is the path's first part, or begins with that and a dot; true where one may be.
  func mayBegin(with path: FieldPath) -> Bool { index?.mayBegin(with: path) ?? true }

  func deepestObject(of path: FieldPath) -> (object: JSONNode, consumed: Int)? { index?.deepestObject(of: path) }
}
