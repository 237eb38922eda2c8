internal import AlertModel
internal import PluginKit

/// Fields that stand only in the envelope of an alert, and would be lost when it is taken out: they are added to it.
struct CarriedFields {
  /// By format.
  private let fields: [[Field]]
  /// What conditions can ask about a hit of Elasticsearch; never written.
  private let ofHits: [Field]

  init(formats: FormatSet) {
    ofHits = ["_index", "_id"].map { formats.vocabulary.field($0) }
    fields = formats.formats.map { format in format.carried.map { formats.vocabulary.field($0) } }
  }

  /// The fields of one alert, those that have a value.
  func fields(of alert: borrowing Alert) -> [AddedField] {
    var carried: [AddedField] = []
    for field in fields[alert.table] {
      let values = Self.values(of: field, in: alert)
      let json = values.count == 1 ? values[0] : Array("[".utf8) + values.joined(separator: ",".utf8) + Array("]".utf8)
      if !values.isEmpty, let added = try? AddedField(field.name, json: json) { carried.append(added) }
    }
    return carried
  }

  /// What conditions can still ask once the alert is on its own: where it was read from, and what a hit says of it.
  func ambient(of alert: borrowing Alert) -> [AddedField] {
    var ambient = alert.ambient
    guard alert.envelope != nil else { return ambient }
    for field in ofHits {
      let values = Self.values(of: field, in: alert)
      if let value = values.first, !ambient.contains(where: { $0.path.name == field.name }),
        let added = try? AddedField(field.name, json: value)
      {
        ambient.append(added)
      }
    }
    return ambient
  }

  private static func values(of field: Field, in alert: borrowing Alert) -> [[UInt8]] {
    var values: [[UInt8]] = []
    alert.forEachValue(field) { value in
      if value.kind == .string {
        var json: [UInt8] = []
        JSONEscapes.appendQuoted(value.text, to: &json)
        values.append(json)
      } else if value.isScalar {
        values.append(Array(value.bytes))
      }
      return false
    }
    return values
  }
}
