/// The names under which a configuration adds fields to alerts.
public enum AddedName {
  /// Why no field can be added under a name, as the end of a sentence that begins with it; nil where one can.
  ///
  /// Weir's own words are its records, which nobody else writes; `severity` is what conditions call its severity.
  public static func mistake(in name: String) -> String? {
    let isBroken = name.unicodeScalars.contains {
      $0.properties.isWhitespace || $0.value < 0x20 || $0 == "\"" || $0 == "\\"
    }
    if isBroken || name.split(separator: ".", omittingEmptySubsequences: false).contains(where: \.isEmpty) {
      return "is no name of a field"
    }
    let isWeirs = weirs.contains { name == $0 || name.hasPrefix($0 + ".") }
    return isWeirs ? "is weir's own word; choose another name" : nil
  }

  private static let weirs = [
    "severity", "weir.alert_id", "weir.severity", "weir.enrichment_errors", "weir.suppression", "weir.demotion",
  ]
}
