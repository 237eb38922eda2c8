internal import PluginKit

/// Settings as a Markdown table, with further tables for what is nested.
enum SettingsTable {
  /// - Parameter title: the heading of each nested table begins with it.
  static func markdown(_ settings: [SettingDeclaration]) -> String {
    guard !settings.isEmpty else { return "There is nothing to set.\n" }
    return table(settings) + nested(settings, path: "")
  }

  private static func table(_ settings: [SettingDeclaration]) -> String {
    var text = "| setting | takes | default | what it is |\n|---|---|---|---|\n"
    for setting in settings {
      let fallback = setting.defaultValue.inline.map { "`\($0)`" } ?? ""
      let standard = setting.mustBeGiven ? "must be given" : fallback
      text += "| `\(setting.name)` | \(cell(setting.typeName)) | \(cell(standard)) | \(cell(setting.summary)) |\n"
    }
    return text
  }

  private static func nested(_ settings: [SettingDeclaration], path: String) -> String {
    settings.filter { !$0.nested.isEmpty }.map { setting in
      let path = path.isEmpty ? setting.name : path + "." + setting.name
      return "\n### In `\(path)`\n\n" + table(setting.nested) + nested(setting.nested, path: path)
    }.joined()
  }

  static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
