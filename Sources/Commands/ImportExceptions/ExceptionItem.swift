internal import AlertModel

/// One exception of Kibana's, as the export says it.
///
/// The form is that of Kibana's API (https://www.elastic.co/docs/api/doc/kibana/operation/operation-exportexceptionlist).
struct ExceptionItem: Sendable {
  let name: String
  /// `item_id`; empty where there is none.
  let id: String
  /// The list that it belongs to; empty where it does not say.
  let list: String
  let description: String
  /// Who made it.
  let author: String?
  let comments: [String]
  /// The moment up to which it holds.
  let expires: String?
  let systems: [String]
  let tests: [Test]
  /// The line of the file that it begins on.
  let line: Int

  /// One of the entries that must all hold.
  struct Test: Sendable {
    let field: String
    /// `match`, `match_any`, `exists`, `wildcard`, `nested`, `list`.
    let type: String
    /// `included` or `excluded`; nil where the entry has none.
    let sign: String?
    let values: [String]
    /// The id and the type of a value list.
    let valueList: (id: String, type: String)?
    /// What must hold of one object, for `nested`.
    let inner: [Test]
  }

  /// - Parameter document: an object with `entries`.
  init(_ document: JSONNode, line: Int) {
    func text(_ name: String) -> String? { Self.text(name, in: document) }
    name = text("name") ?? text("item_id") ?? "exception on line \(line)"
    id = text("item_id") ?? ""
    list = text("list_id") ?? ""
    description = text("description") ?? ""
    author = text("created_by")
    comments = Self.texts("comments.comment", in: document)
    expires = text("expire_time")
    systems = Self.texts("os_types", in: document)
    tests = Self.tests(in: document)
    self.line = line
  }

  private static func tests(in object: JSONNode) -> [Test] {
    var tests: [Test] = []
    for member in object.members where member.key.value.equals("entries") {
      for entry in member.value.elements {
        let list = text("list.id", in: entry).map { (id: $0, type: text("list.type", in: entry) ?? "keyword") }
        tests.append(
          Test(
            field: text("field", in: entry) ?? "", type: text("type", in: entry) ?? "",
            sign: text("operator", in: entry), values: texts("value", in: entry), valueList: list,
            inner: Self.tests(in: entry)))
      }
    }
    return tests
  }

  /// The scalar at a path; nil where there is none, or where it is empty.
  static func text(_ path: String, in object: JSONNode) -> String? {
    guard let value = FieldPath(path).first(in: object)?.value, value.isScalar, !value.bytes.isEmpty else { return nil }
    return value.text
  }

  /// The scalars at a path, those of arrays as well.
  static func texts(_ path: String, in object: JSONNode) -> [String] {
    var texts: [String] = []
    FieldPath(path).forEachValue(in: object) { node in
      if node.value.isScalar { texts.append(node.value.text) }
      return false
    }
    return texts
  }
}
