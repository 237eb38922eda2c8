internal import AlertModel

extension LocatedNode {
  /// Appends what was written as JSON.
  ///
  /// - Parameter scalar: appends a value that is neither a mapping nor a list.
  public func appendJSON(to json: inout [UInt8], _ scalar: (Scalar, inout [UInt8]) -> Void) {
    switch content {
    case .scalar(let value): scalar(value, &json)
    case .mapping(let entries):
      json.append(UInt8(ascii: "{"))
      for (place, entry) in entries.enumerated() {
        if place > 0 { json.append(UInt8(ascii: ",")) }
        JSONEscapes.appendQuoted(entry.key.text, to: &json)
        json.append(UInt8(ascii: ":"))
        entry.value.appendJSON(to: &json, scalar)
      }
      json.append(UInt8(ascii: "}"))
    case .sequence(let elements):
      json.append(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        if place > 0 { json.append(UInt8(ascii: ",")) }
        element.appendJSON(to: &json, scalar)
      }
      json.append(UInt8(ascii: "]"))
    }
  }
}
