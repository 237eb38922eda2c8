/// Text with places marked in it: `outputs: 1️⃣{}`. The marks are taken out; where they stood can be asked for.
struct MarkedText {
  /// Without the marks.
  let text: String
  /// The place of each mark, `line:column` from 1.
  private(set) var places: [String: String] = [:]

  init(_ marked: String) {
    var text = ""
    var line = 1
    var column = 1
    for character in marked {
      if character.unicodeScalars.count > 1, character.unicodeScalars.last == "\u{20E3}" {
        places[String(character)] = "\(line):\(column)"
        continue
      }
      text.append(character)
      line += character.isNewline ? 1 : 0
      column = character.isNewline ? 1 : column + character.unicodeScalars.count
    }
    self.text = text
  }

  var bytes: [UInt8] { Array(text.utf8) }

  /// A message with the marks in it put for their places.
  func located(_ message: String) -> String {
    places.reduce(message) { $0.replacing($1.key, with: $1.value) }
  }
}
