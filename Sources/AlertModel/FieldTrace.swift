/// What tells at little cost that an alert has no value for a field, as it nearly always is with some: only where it cannot
/// is the field itself asked for.
public struct FieldTrace: Sendable {
  /// The numbers of the names under which the value can stand; -1 where it can stand elsewhere too.
  let names: (Int, Int)
  /// The bit of `Alert.addedHeads` that is set where an enricher may have added the field.
  let head: UInt64
}

extension Vocabulary {
  /// The trace of a field in alerts of one format.
  ///
  /// - Parameter table: the format's place in `tables`.
  public func trace(of field: Field, in table: Int) -> FieldTrace {
    let own = number(of: field.path)
    let head = Alert.bit(of: field.path)
    switch field.sources[table] {
    case nil: return FieldTrace(names: (own, own), head: head)
    case .path(let path)?: return FieldTrace(names: (own, number(of: path)), head: head)
    default: return FieldTrace(names: (-1, -1), head: head)
    }
  }
}

extension Alert {
  /// False where the alert has no value for the field; true where it may have one.
  public func mayHave(_ trace: FieldTrace) -> Bool {
    addedHeads & trace.head != 0 || !ambient.isEmpty || document.mayHave(trace.names.0)
      || document.mayHave(trace.names.1)
  }
}
