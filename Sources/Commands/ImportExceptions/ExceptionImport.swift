internal import AlertModel
internal import KQL
internal import PluginKit

/// Makes allowlist entries of what an export of Kibana's holds: each exception becomes one, or is refused with the reason.
struct ExceptionImport {
  /// What the command line says about all entries.
  struct Defaults: Sendable {
    var owner: String?
    var reason: String?
    var expires: String?
    /// Kibana's exceptions hold whatever the severity; that critical alerts are meant too, their owners are to say.
    var ceiling = Severity.high
    var acceptsSpoofable = false
    /// The rules that a list is for where no rule of the export uses it.
    var rules: [String] = []
    /// The values of value lists, by id.
    var valueLists: [String: [String]] = [:]
  }

  /// An exception that does not become an entry.
  struct Refused: Equatable {
    let line: Int
    let name: String
    let reason: String
  }

  /// Lists that say what Elastic Endpoint does, not which alerts are held back
  /// (https://www.elastic.co/docs/api/doc/kibana/operation/operation-createexceptionlist, `type`).
  private static let foreignLists: Set<String> = [
    "endpoint_trusted_apps", "endpoint_trusted_devices", "endpoint_events", "endpoint_host_isolation_exceptions",
    "endpoint_blocklists",
  ]

  private var items: [ExceptionItem] = []
  /// By `list_id`.
  private var lists: [String: (name: String, type: String)] = [:]
  /// By `list_id`: the ids of the rules that use it.
  private var rules: [String: [String]] = [:]
  private var hasRules = false
  private var expected: Int?
  private(set) var refused: [Refused] = []
  /// What is odd about the export as a whole.
  private(set) var warnings: [String] = []

  /// Takes in one document of the export.
  mutating func add(_ document: JSONNode, line: Int) {
    let text = { ExceptionItem.text($0, in: document) }
    if FieldPath("entries").first(in: document) != nil || FieldPath("item_id").first(in: document) != nil {
      items.append(ExceptionItem(document, line: line))
    } else if let count = text("exported_exception_list_item_count") {
      expected = (expected ?? 0) + (Int(count) ?? 0)
      for path in ["missing_exception_list_items.item_id", "missing_exception_lists.list_id"] {
        for id in ExceptionItem.texts(path, in: document) { warnings.append("the export says that '\(id)' is missing") }
      }
    } else if let rule = text("rule_id") {
      hasRules = true
      for list in ExceptionItem.texts("exceptions_list.list_id", in: document) { rules[list, default: []].append(rule) }
    } else if let id = text("list_id"), let type = text("type") {
      lists[id] = (text("name") ?? id, type)
    } else if text("exported_count") == nil, text("exported_rules_count") == nil {
      refused.append(
        Refused(line: line, name: text("name") ?? "", reason: "it is neither an exception nor an exception list"))
    }
  }

  /// The entries, in the order of the export.
  ///
  /// - Parameter problem: why an allowlist would not take an entry; nil where it would.
  mutating func entries(_ defaults: Defaults, problem: (ImportedEntry) -> String?) -> [ImportedEntry] {
    if let expected, expected != items.count {
      warnings.append("the export says that it holds \(expected) exceptions, and \(items.count) were read")
    }
    if !hasRules, defaults.rules.isEmpty, !items.isEmpty {
      warnings.append(
        "the export has no rules, so the entries hold for the alerts of every rule; say with --rule which rules use the "
          + "lists, or export the rules with them")
    }
    let query = ExceptionQuery(valueLists: defaults.valueLists)
    /// By name: the last number that was put behind it.
    var names: [String: Int] = [:]
    var entries: [ImportedEntry] = []
    for item in items {
      do throws(ExceptionQuery.Refusal) {
        let when = try condition(of: item, query, defaults)
        var number = names[item.name, default: 0] + 1
        while names[Self.name(item.name, number)] != nil { number += 1 }
        let entry = ImportedEntry(
          name: Self.name(item.name, number), when: when,
          reason: Self.reason(of: item) ?? defaults.reason, owner: defaults.owner ?? item.author,
          expires: item.expires ?? defaults.expires, ceiling: defaults.ceiling,
          acceptsSpoofable: defaults.acceptsSpoofable, origin: origin(of: item, defaults))
        if let problem = problem(entry) { throw ExceptionQuery.Refusal(reason: problem) }
        names[item.name] = number
        if number > 1 { names[entry.name] = 1 }
        entries.append(entry)
      } catch {
        refused.append(Refused(line: item.line, name: item.name, reason: error.reason))
      }
    }
    return entries
  }

  private static func name(_ name: String, _ number: Int) -> String { number == 1 ? name : "\(name) (\(number))" }

  private func condition(
    of item: ExceptionItem, _ query: ExceptionQuery, _ defaults: Defaults
  ) throws(ExceptionQuery.Refusal) -> String {
    if let list = lists[item.list], Self.foreignLists.contains(list.type) {
      throw ExceptionQuery.Refusal(
        reason: "its list is of type \(list.type), which tells Elastic Endpoint what to do and holds no alert back")
    }
    if let expires = item.expires, CalendarDate(settingText: expires) == nil {
      throw ExceptionQuery.Refusal(reason: "expire_time '\(expires)' is no date")
    }
    let rules = rules(of: item, defaults)
    guard !rules.isEmpty || !hasRules else {
      throw ExceptionQuery.Refusal(
        reason: "no rule of the export uses its list, so it holds nothing back in Kibana; say which rule it is for "
          + "with --rule")
    }
    let own = try query.text(of: item)
    let whole: String
    if rules.isEmpty {
      whole = own
    } else {
      let tests = rules.map { KQLExpression(.is(field: .text("rule.id"), .phrase($0))) }
      whole = "\(ExceptionQuery.any(tests).description) and (\(own))"
    }
    do throws(KQLError) {
      // A field or a value that KQL reads in another way than Kibana shows here.
      _ = try Condition(whole, vocabulary: Vocabulary())
      return whole
    } catch {
      throw ExceptionQuery.Refusal(reason: "it cannot be said in KQL: \(error.message)")
    }
  }

  private func rules(of item: ExceptionItem, _ defaults: Defaults) -> [String] {
    rules[item.list] ?? defaults.rules
  }

  private static func reason(of item: ExceptionItem) -> String? {
    let texts = (item.comments.isEmpty ? [item.description] : item.comments).filter { !$0.allSatisfy(\.isWhitespace) }
    return texts.isEmpty ? nil : texts.joined(separator: "; ")
  }

  /// Where the entry comes from, and what it holds for.
  private func origin(of item: ExceptionItem, _ defaults: Defaults) -> String {
    var text = "Kibana's exception '\(item.id.isEmpty ? item.name : item.id)'"
    if !item.list.isEmpty { text += " of the list '\(lists[item.list]?.name ?? item.list)'" }
    guard rules(of: item, defaults).isEmpty else { return text }
    return text + "; it holds for the alerts of every rule, as the export does not say which rules use the list"
  }
}
