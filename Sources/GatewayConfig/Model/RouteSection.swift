internal import AlertModel
internal import KQL
internal import PluginKit

/// Reads `routes:` and checks that no alert can fall through unseen.
struct RouteSection {
  let outputs: OutputNames
  let vocabulary: Vocabulary
  let dropsUnrouted: Bool

  func read(_ node: LocatedNode?, at root: SourcePlace, _ reader: inout SettingReader) -> [ConfiguredRoute] {
    guard let node, !node.isNull, node.elements?.isEmpty != true else {
      reader.report("there must be a route; see 'routes'", at: node?.place ?? root)
      return []
    }
    guard let elements = node.elements else {
      reader.report("expected a list of routes, but found \(node.kindName)", at: node.place)
      return []
    }
    var routes: [ConfiguredRoute] = []
    var lines: [String: Int] = [:]
    var catchAll: String?
    for (index, element) in elements.enumerated() {
      let fallback = "route \(index + 1)"
      let subject = element["name"]?.scalar.map { "route \($0.text.quoted)" } ?? fallback
      let written = reader.within(subject) { RouteOptions.read(element, &$0) }
      // Where a route has mistakes, whether it takes everything is still to be seen.
      let takesAll = element.entries != nil && Self.takesAll(element["when"]?.scalar?.text.text)
      if let catchAll {
        reader.report(
          Diagnostic(
            .warning, "no alert gets to \(subject), since \(catchAll) above takes every alert", at: element.place))
      } else if takesAll, element["continue"]?.scalar?.text.text != "true" {
        catchAll = subject
      }
      guard let written else { continue }
      if let name = written.name, let line = lines.updateValue(name.place.line, forKey: name.text) {
        reader.report("the name \(name.quoted) is taken by the route on line \(line) already", at: name.place)
      }
      routes.append(route(written, name: written.name?.text ?? fallback, subject: subject, at: element.place, &reader))
    }
    let hasCatchAll = elements.contains { $0.entries != nil && Self.takesAll($0["when"]?.scalar?.text.text) }
    if !hasCatchAll, !dropsUnrouted {
      reader.report(
        "no route takes the alerts that fit none of these conditions; add one without 'when' at the end, or say "
          + "'unrouted: drop' if they are to be dropped", at: node.place)
    }
    return routes
  }

  private func route(
    _ written: RouteOptions, name: String, subject: String, at place: SourcePlace, _ reader: inout SettingReader
  ) -> ConfiguredRoute {
    var leads: [OutputName] = []
    var isSomethingOff = false
    for target in written.to {
      isSomethingOff = isSomethingOff || outputs.switchedOff.contains(target.text)
      guard let output = outputs.find(target, for: subject, &reader) else { continue }
      if leads.contains(where: { $0.name == output.name }) {
        reader.report("\(subject) leads to \(target.quoted) twice", at: target.place)
      } else {
        leads.append(output)
      }
    }
    if written.to.isEmpty {
      reader.report("\(subject) leads to no output", at: written.$to.place)
    } else if leads.isEmpty, isSomethingOff {
      reader.report(
        "\(subject) leads only to outputs that are switched off by 'only_with'; add one that is always on",
        at: written.$to.place)
    }
    return ConfiguredRoute(
      name: name, place: place, condition: condition(written.when, &reader), outputs: leads,
      continues: written.continue)
  }

  private func condition(_ text: LocatedText?, _ reader: inout SettingReader) -> Condition? {
    guard let text, !Self.takesAll(text.text) else { return nil }
    do {
      return try Condition(text.text, vocabulary: vocabulary)
    } catch {
      // KQL's messages may quote the query.
      var message = text.isReference ? "the condition from ${…} is not KQL" : error.message
      if !text.isReference, let remedy = error.remedy {
        message = (message.hasSuffix(".") ? message + " " : message + ". ") + remedy
      }
      if message.hasSuffix(".") { message.removeLast() }
      reader.report(message, at: text.place(at: error.offset))
      return nil
    }
  }

  private static func takesAll(_ condition: String?) -> Bool {
    guard let condition else { return true }
    let trimmed = condition.filter { !$0.isWhitespace }
    return trimmed.isEmpty || trimmed == "*"
  }
}
