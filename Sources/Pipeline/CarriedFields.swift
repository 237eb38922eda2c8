internal import AlertModel
internal import PluginKit

/// Fields that stand only in the envelope of an alert, and would be lost when it is taken out: they are added to it.
struct CarriedFields {
  /// By format.
  private let fields: [[Field]]

  init(formats: FormatSet) {
    fields = formats.formats.map { format in format.carried.map { formats.vocabulary.field($0) } }
  }

  /// The fields of one alert, those that have a value.
  func fields(of alert: borrowing Alert) -> [AddedField] {
    var carried: [AddedField] = []
    for field in fields[alert.table] {
      guard let value = alert.first(field), value.isScalar || value.kind == .array else { continue }
      if value.kind == .string {
        carried.append(AddedField(field.name, text: value.text))
      } else if let added = try? AddedField(field.name, json: Array(value.bytes)) {
        carried.append(added)
      }
    }
    return carried
  }
}
