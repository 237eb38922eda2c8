internal import AlertModel
internal import KQL
internal import PluginKit

/// Makes entries of what is written, and keeps everything that is wrong with them.
struct AllowlistReader {
  private let options: AllowlistOptions
  private let context: PluginContext
  private let actorFields: ActorFields
  private var diagnostics: [Diagnostic] = []
  private var entries: [Entry] = []
  private var patterns = KeyIndex()
  private var owned: [(pattern: Int, entry: Int)] = []
  private var names = KeyIndex()
  private var placesOfNames: [SourcePlace] = []
  private var footing: Footing
  /// By its text: long lists say the same of many actors.
  private var conditions: [ByteKey: KnownCondition] = [:]

  private struct KnownCondition {
    let condition: MatchedCondition
    let isFirm: [Bool]
    let isMetByNearlyAll: Bool
  }

  private(set) var repeatedActors: [Diagnostic] = []

  init(_ options: AllowlistOptions, _ context: PluginContext, _ actorFields: ActorFields) {
    self.options = options
    self.context = context
    self.actorFields = actorFields
    footing = Footing(context.formats, count: context.vocabulary.tables.count)
  }

  /// - Parameter includingFiles: false to check what is written in the configuration itself without any I/O.
  /// - Throws: `ConfigurationError` with every problem.
  mutating func read(includingFiles: Bool) throws(ConfigurationError) -> Allowlist {
    var reader = SettingReader(folder: options.entries.folder, subject: "allowlist entry")
    for entry in options.entries.elements { add(entry, &reader, includingFiles: includingFiles) }
    keepErrors(of: reader)
    if includingFiles {
      for file in [options.file].compactMap({ $0 }) + options.files { add(file) }
    }
    return try allowlist()
  }

  /// The same for these entries only, which name no files.
  mutating func read(_ entries: [EntryOptions]) throws(ConfigurationError) -> Allowlist {
    for entry in entries { add(WrittenEntry(entry), includingFiles: false) }
    return try allowlist()
  }

  private mutating func allowlist() throws(ConfigurationError) -> Allowlist {
    let never = readNever()
    guard diagnostics.isEmpty else { throw ConfigurationError(diagnostics) }
    return Allowlist(entries, patterns: patterns, owned: owned, never: never, actorFields, context.vocabulary)
  }

  private mutating func report(_ message: String, at place: SourcePlace) {
    diagnostics.append(Diagnostic(.error, message, at: place))
  }

  private mutating func keepErrors(of reader: SettingReader) {
    diagnostics += reader.diagnostics.filter { $0.severity == .error }
  }

  private mutating func add(_ element: LocatedNode, _ reader: inout SettingReader, includingFiles: Bool) {
    if let entry = WrittenEntry(usual: element) ?? EntryOptions.read(element, &reader).map(WrittenEntry.init) {
      add(entry, includingFiles: includingFiles)
    }
  }

  private mutating func add(_ file: FilePath) {
    var reader = SettingReader(folder: file.folder, subject: "allowlist entry")
    // Of what was handed over before a mistake in the file, the mistakes count too.
    defer { keepErrors(of: reader) }
    do throws(ConfigurationError) {
      func add(_ element: LocatedNode) { self.add(element, &reader, includingFiles: true) }
      let tree = try context.files.elements(of: file, add)
      if let tree, tree["entries"] != nil {
        for entry in tree.entries ?? [] where entry.key.text != "entries" {
          report(
            "the allowlist '\(file.text)' has '\(entry.key.text)' beside 'entries'; settings belong into the "
              + "configuration, beside 'file'", at: entry.key.place)
        }
      }
      if let tree, let other = (tree["entries"] ?? tree).handOver(add) {
        let what = other.isNull ? "is empty; was it cut short while being written?" : "holds no list of entries"
        report("the allowlist '\(file.text)' \(what)", at: other.place)
      }
    } catch {
      diagnostics += error.diagnostics
    }
  }

  private mutating func add(_ written: WrittenEntry, includingFiles: Bool) {
    let before = diagnostics.count
    let number = entries.count
    let name = written.name.text
    checkWords(written)
    let known = names.insert(name)
    if known.isNew {
      placesOfNames.append(written.name.place)
    } else {
      let first = placesOfNames[known.number]
      report("the name '\(name)' is taken by the entry at \(first); each name comes once", at: written.name.place)
    }
    let checked = written.when.flatMap { knownCondition(of: $0) }
    let condition = checked?.condition
    let ownedBefore = owned.count
    addActors(written, number, includingFiles: includingFiles)
    if written.when == nil, written.actors.isEmpty, written.actorsFile == nil {
      report(
        "the entry '\(name)' has neither 'actors' nor 'when', so it would hold everything back", at: written.name.place)
    }
    if let place = written.emptyActors, written.actorsFile == nil {
      report(
        "the entry '\(name)' has no actor left in 'actors'; name who is meant, or remove the setting if everybody is",
        at: place)
    }
    guard diagnostics.count == before else { return }
    let hasActors = !written.actors.isEmpty || written.actorsFile != nil
    let restsOnCondition = checked?.isFirm ?? footing.isFirm(nil)
    // Not even where the entry accepts what an attacker can choose: this is nothing that anybody chooses.
    if !hasActors, let checked, checked.isMetByNearlyAll {
      report("the entry '\(name)' \(whyNotSafe(checked, hasActors))", at: written.name.place)
      return
    }
    if !written.acceptSpoofable, !context.vocabulary.tables.isEmpty {
      let actorsAreChosen = owned[ownedBefore...].allSatisfy {
        ActorPattern.restsOnSessionName(patterns.text($0.pattern))
      }
      let isSafe = restsOnCondition.contains(true) || (hasActors && (!includingFiles || !actorsAreChosen))
      if !isSafe {
        report("the entry '\(name)' \(whyNotSafe(checked, hasActors))", at: written.name.place)
        return
      }
    }
    if includingFiles, context.clock.now >= written.expires.end {
      context.files.warn(
        "the entry '\(name)' expired on \(written.expires.text) and holds nothing back; renew it or remove it",
        at: written.expiresPlace)
    }
    entries.append(
      Entry(
        name: name, place: written.name.place, reason: written.reason.text, owner: written.owner.text,
        expires: written.expires, ceiling: written.ceiling.severity, acceptsSpoofable: written.acceptSpoofable,
        budget: written.atMost, watch: written.watch ?? options.watch, ownWatch: written.watch,
        condition: condition, hasActors: hasActors, restsOnCondition: restsOnCondition))
  }

  private mutating func checkWords(_ written: WrittenEntry) {
    checkWord(written.name, of: "name")
    checkWord(written.owner, of: "owner")
    checkWord(written.reason, of: "reason")
  }

  private mutating func checkWord(_ text: LocatedText, of setting: String) {
    guard text.text.isBlank else { return }
    report("the setting '\(setting)' of an allowlist entry is empty", at: text.place)
  }

  private mutating func knownCondition(of text: LocatedText) -> KnownCondition? {
    let query = ByteKey(text.text)
    if let known = conditions[query] { return known }
    guard let condition = condition(of: text) else { return nil }
    let expression = condition.condition.expression
    let known = KnownCondition(
      condition: condition, isFirm: footing.isFirm(expression),
      isMetByNearlyAll: Footing.isMetByNearlyAll(expression))
    conditions[query] = known
    return known
  }

  private mutating func condition(of text: LocatedText) -> MatchedCondition? {
    if text.text.allSatisfy({ $0.isWhitespace || $0 == "*" }) {
      report("'when' is \(text.text.contains("*") ? "'*'" : "empty"), so it would match everything", at: text.place)
      return nil
    }
    do throws(KQLError) {
      return try MatchedCondition(text.text, context.vocabulary)
    } catch {
      report("'when' is not KQL: \(error)", at: text.place(at: error.offset))
      return nil
    }
  }

  private mutating func addActors(_ written: WrittenEntry, _ number: Int, includingFiles: Bool) {
    for actor in written.actors {
      if let mistake = ActorPattern.mistake(in: actor.text) {
        report(mistake, at: actor.place)
      } else {
        owned.append((patterns.insert(actor.text).number, number))
      }
    }
    guard let file = written.actorsFile, includingFiles else { return }
    do throws(ConfigurationError) {
      let list = try TextList(contentsOf: file, context.files)
      for text in 0..<list.texts.count {
        let mistake = list.texts.withKey(text) { bytes in
          Wildcard.isPattern(bytes) ? ActorPattern.mistake(in: String(decoding: bytes, as: UTF8.self)) : nil
        }
        if let mistake {
          report(mistake, at: list.place(of: text))
        } else {
          owned.append((list.texts.withKey(text) { patterns.insert($0).number }, number))
        }
      }
      for (text, line) in list.repeated.prefix(20) {
        repeatedActors.append(
          Diagnostic(
            .warning, "the actor '\(list.texts.text(text))' is on line \(list.place(of: text).line) already",
            at: SourcePlace(file: list.file, line: line, column: 1)))
      }
    } catch {
      diagnostics += error.diagnostics
    }
  }

  private mutating func readNever() -> (configured: [MatchedCondition], shipped: [MatchedCondition]) {
    var shipped: [MatchedCondition] = []
    if options.never == nil {
      shipped = NeverHeld.shipped.compactMap { try? MatchedCondition($0, context.vocabulary) }
    }
    var configured: [MatchedCondition] = []
    for text in (options.never ?? []) + options.neverAlso {
      if let further = condition(of: text) { configured.append(further) }
    }
    return (configured, shipped)
  }

  /// What is wrong with an entry that rests on nothing firm: the end of a sentence.
  private mutating func whyNotSafe(_ known: KnownCondition?, _ hasActors: Bool) -> String {
    let condition = known?.condition
    guard hasActors || condition?.positiveFields.isEmpty == false else {
      return "names no value that an alert must have, so it would hold nearly everything; add who or what it is about"
    }
    let remedy = "add who or what it is about"
    let weak = condition.map { weakParts(of: $0.condition.expression) } ?? []
    var chosen: [String] = []
    var met: [String] = []
    for part in weak {
      if part.asksForValue, !Footing.isGeneral(part) {
        let field = part.containsFreeText ? "any field" : part.fieldNames.first ?? ""
        if !chosen.contains(field) { chosen.append(field) }
      } else if !hasActors {
        met.append("\(part)")
      }
    }
    if hasActors { chosen.append("the session's name in 'actors'") }
    // Each part rests on something that nobody can choose, but not for the same detector.
    if weak.isEmpty, !hasActors { chosen = condition?.condition.fieldNames ?? [] }
    guard !chosen.isEmpty else {
      return "rests only on what nearly every alert meets (\(met.joined(separator: ", "))); \(remedy)"
    }
    let what = "rests only on what an attacker can choose (\(chosen.joined(separator: ", ")))"
    if let known, !hasActors, known.isMetByNearlyAll {
      return "\(what), or on what nearly every alert meets (\(met.joined(separator: ", "))); \(remedy)"
    }
    return "\(what); \(remedy), or 'accept_spoofable: true'"
  }

  /// The parts because of which a condition rests on nothing firm; none where each rests on something for some format.
  private mutating func weakParts(of expression: KQLExpression) -> [KQLExpression] {
    if footing.isFirm(expression).contains(true) { return [] }
    switch expression.kind {
    case .or(let parts): return parts.flatMap { weakParts(of: $0) }
    case .and(let parts):
      let weak = parts.flatMap { weakParts(of: $0) }
      let asking = weak.filter(\.asksForValue)
      return asking.isEmpty ? weak : asking
    case .not, .nested, .is, .range: return [expression]
    }
  }
}
