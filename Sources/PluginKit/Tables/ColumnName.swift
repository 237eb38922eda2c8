/// The names that people give columns.
public enum ColumnName {
  /// The column as a field's name: `Cost Center` is `cost_center`, `JoinedTimestamp` is `joined_timestamp`.
  public static func fieldName(_ column: String) -> String {
    var name = ""
    var previous: Character = "_"
    for character in column {
      if character.isUppercase, previous.isLowercase || previous.isNumber { name += "_" }
      let isPlain = character.isLetter || character.isNumber || character == "." || character == "_"
      name += isPlain ? character.lowercased() : "_"
      previous = character
    }
    return name
  }
}
