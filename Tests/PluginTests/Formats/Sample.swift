import AlertModel
import Formats
import PluginKit

/// Looks at the alerts of a document as the pipeline would.
enum Sample {
  static let formats = FormatSet(BundledFormats.all)

  /// Calls `body` with each alert in the document and the name of its format. Returns how many there were.
  ///
  /// - Parameter index: finds the fields that were known when it was made; without one they are searched for.
  @discardableResult
  static func forEach(
    in json: String, formats: FormatSet = formats, index: DocumentIndex? = nil,
    _ body: (borrowing Alert, String) throws -> Void
  ) throws -> Int {
    let parser = DocumentParser()
    let arena = TextArena()
    var json = json
    return try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      var failure: (any Error)?
      let count = formats.forEachAlert(in: root, index: index) { alert, envelope, format in
        arena.reset()
        let severity = formats.severity(of: alert, envelope: envelope, format: format, arena: arena)
        let alert = Alert(
          alert, envelope: envelope, table: format, severity: severity, vocabulary: formats.vocabulary,
          arena: arena)
        do { try body(alert, formats.formats[format].name) } catch { failure = error }
      }
      if let failure { throw failure }
      return count
    }
  }

  /// The detector's own id of an alert.
  static func id(of alert: borrowing Alert) -> String? {
    var id: [UInt8] = []
    let hasID = formats.appendID(
      of: alert.document, envelope: alert.envelope, format: alert.table, arena: TextArena(), to: &id)
    return hasID ? String(decoding: id, as: UTF8.self) : nil
  }

  /// The ECS views of a document's alerts.
  static func views(of json: String, formats: FormatSet = formats) throws -> [String] {
    var view = ECSView(formats)
    var views: [String] = []
    try forEach(in: json, formats: formats) { alert, _ in
      var text: [UInt8] = []
      view.appendECS(of: alert, to: &text)
      views.append(String(decoding: text, as: UTF8.self))
    }
    return views
  }
}

extension Alert {
  /// All values of a field, as text.
  borrowing func texts(_ name: String, in formats: FormatSet = Sample.formats) -> [String] {
    var texts: [String] = []
    forEachValue(formats.vocabulary.field(name)) { value in
      texts.append(value.text)
      return false
    }
    return texts
  }
}
