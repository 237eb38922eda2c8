/// What a value is worked out from: a document, and the places in it that matter, prepared once.
public struct FieldParts {
  /// The detector's document.
  public let document: Document

  private let paths: [FieldPath]

  package init(_ document: Document, _ paths: [FieldPath]) {
    self.document = document
    self.paths = paths
  }

  /// The first value at one of the paths, by its place in the list, that is neither null nor an object.
  public subscript(place: Int) -> FieldValue? {
    guard let value = paths[place].first(in: document)?.value, value.isScalar else { return nil }
    return value
  }

  /// The same, where empty text counts as missing.
  public func filled(_ place: Int) -> FieldValue? {
    guard let value = self[place], !value.bytes.isEmpty else { return nil }
    return value
  }

  /// The first of the values at these paths that is not empty.
  public func firstFilled(_ places: Range<Int>) -> FieldValue? {
    for place in places {
      if let value = filled(place) { return value }
    }
    return nil
  }

  /// What stands at one of the paths: an object too, but no array.
  public func node(_ place: Int) -> JSONNode? { paths[place].first(in: document) }

  /// True where something stands at one of these paths.
  public func hasNode(among places: Range<Int>) -> Bool { places.contains { node($0) != nil } }
}
