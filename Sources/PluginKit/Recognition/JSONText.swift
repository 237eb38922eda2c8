internal import AlertModel

extension FieldValue {
  /// Appends the value's text as the inside of a JSON string. Escapes that the document wrote stay as they are.
  func appendInsideOfJSONString(to json: inout [UInt8]) {
    if isEscaped {
      json.append(contentsOf: bytes)
    } else {
      JSONEscapes.appendInside(bytes, to: &json)
    }
  }
}
