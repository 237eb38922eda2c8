internal import AlertModel

/// The field names of one format as a tree: `user.name` and `user.id` share the branch `user`.
struct NameTree: Sendable {
  /// What a name stands for.
  enum Leaf {
    case severity
    case source(FieldSource, FieldPath)
  }

  /// A part of a name between dots, and what it stands for or leads to.
  struct Child {
    let name: String
    var tree: NameTree
  }

  var leaf: Leaf?
  private(set) var children: [Child] = []

  /// - Parameter name: what is left of it below this tree; with a leaf of nil it only takes its place in the order.
  mutating func insert(_ name: Substring, _ leaf: Leaf?) {
    guard !name.isEmpty else {
      self.leaf = leaf
      return
    }
    let component = name.prefix { $0 != "." }
    let rest = name.dropFirst(component.count + 1)
    if let place = children.firstIndex(where: { $0.name == component }) {
      children[place].tree.insert(rest, leaf)
    } else {
      var tree = NameTree()
      tree.insert(rest, leaf)
      children.append(Child(name: String(component), tree: tree))
    }
  }
}
