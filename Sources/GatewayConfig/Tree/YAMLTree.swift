internal import PluginKit

/// Builds the tree of a YAML file out of libyaml's events.
///
/// What is taken of YAML 1.1: one document; mappings with text keys, lists, scalars; anchors, aliases and merge keys
/// (`<<`), within limits. Refused: a key that comes twice, tags other than `!!str`, a second document.
struct YAMLTree {
  private let file: String
  private let source: SourceText
  private var places: ScalarPlaces
  private let limits: TreeLimits
  private let events: YAMLEvents
  private var anchors: [String: Anchored] = [:]
  private var openAnchors: Set<String> = []
  private var aliasCount = 0
  private var aliasedValues = 0
  private var depth = 0
  private var problems: [Diagnostic] = []
  /// Where an alias stands that stands for nothing.
  private var unread: [SourcePlace] = []

  /// A value with an anchor, and how many values it is made of.
  private struct Anchored {
    let node: LocatedNode
    let size: Int
  }

  /// Why nothing can be built.
  private enum Stop: Error {
    case mistake(YAMLMistake)
    case refused(Diagnostic)
  }

  /// What can be read of a text, and everything that is wrong with it.
  struct Reading {
    /// Nil where nothing can be said of the text but its problems.
    let root: LocatedNode?
    let problems: [Diagnostic]
    /// Where something was mended to read on. What is found wrong from there to the end of the line comes of that.
    let mended: [SourcePlace]
  }

  /// Builds the tree.
  ///
  /// - Parameter file: its name in messages.
  /// - Throws: `ConfigurationError` with every problem.
  static func read(
    _ bytes: [UInt8], file: String, limits: TreeLimits = .configuration
  ) throws(ConfigurationError) -> LocatedNode {
    let reading = readOn(bytes, file: file, limits: limits)
    guard let root = reading.root, reading.problems.isEmpty else { throw ConfigurationError(reading.problems) }
    return root
  }

  /// Builds the tree, and reads on behind mistakes that concern one value only, as if that value had been in quotes.
  static func readOn(_ bytes: [UInt8], file: String, limits: TreeLimits = .configuration) -> Reading {
    guard bytes.count <= limits.bytes else {
      let limit = ByteCount(bytes: limits.bytes).settingText
      let problem = Diagnostic(.error, "the file is larger than \(limit)", at: SourcePlace(file: file))
      return Reading(root: nil, problems: [problem], mended: [])
    }
    var source = SourceText(bytes)
    var mistakes: [Diagnostic] = []
    var mended: [SourcePlace] = []
    while true {
      var tree = YAMLTree(source, file: file, limits: limits)
      do throws(Stop) {
        let root = try tree.read()
        return Reading(root: root, problems: tree.problems + mistakes, mended: mended + tree.unread)
      } catch {
        let mistake: YAMLMistake
        switch error {
        case .refused(let problem):
          return Reading(root: nil, problems: tree.problems + mistakes + [problem], mended: [])
        case .mistake(let made): mistake = made
        }
        let place = mistake.mark.place(in: file)
        // A value that was mended can need several replacements; it is one mistake.
        let isNew = !mended.contains { $0.line == place.line && $0 <= place }
        if isNew { mistakes.append(Diagnostic(.error, mistake.message, at: place)) }
        guard mended.count < mostRepairs, let repair = mistake.repair, let text = source.replacing(repair.replacements)
        else { return Reading(root: nil, problems: tree.problems + mistakes, mended: []) }
        mended.append(place)
        source = text
      }
    }
  }

  private static let mostRepairs = 200

  private init(_ source: SourceText, file: String, limits: TreeLimits) {
    self.file = file
    self.limits = limits
    self.source = source
    places = ScalarPlaces(source)
    events = YAMLEvents(source.bytes)
  }

  /// Hands over the elements of the list that a text holds, one after the other.
  ///
  /// - Returns: what the text holds where that is no list; nil after a list.
  /// - Throws: `ConfigurationError` with every problem. What stands above them has been handed over by then.
  static func readElements(
    _ bytes: [UInt8], file: String, limits: TreeLimits, _ body: (LocatedNode) -> Void
  ) throws(ConfigurationError) -> LocatedNode? {
    guard bytes.count <= limits.bytes else { return try read(bytes, file: file, limits: limits) }
    var tree = YAMLTree(SourceText(bytes), file: file, limits: limits)
    let root: LocatedNode?
    do throws(Stop) {
      root = try tree.read(handing: body)
    } catch {
      throw ConfigurationError(readOn(bytes, file: file, limits: limits).problems)
    }
    guard tree.problems.isEmpty else { throw ConfigurationError(tree.problems) }
    return root
  }

  private mutating func read() throws(Stop) -> LocatedNode {
    let root = try node(from: try begin()).node
    try end()
    return root
  }

  private mutating func read(handing body: (LocatedNode) -> Void) throws(Stop) -> LocatedNode? {
    let first = try begin()
    var root: LocatedNode?
    if case .sequenceStart = first.kind, first.anchor == nil, first.tag == nil {
      depth += 1
      while let element = try element() { body(element.node) }
      depth -= 1
    } else {
      root = try node(from: first).node
    }
    try end()
    return root
  }

  /// The event that the document's value begins with; the stream's end for an empty text.
  private mutating func begin() throws(Stop) -> YAMLEvent {
    _ = try next()
    let start = try next()
    guard case .documentStart = start.kind else { return start }
    return try next()
  }

  private mutating func end() throws(Stop) {
    _ = try next()
    let after = try next()
    if case .documentStart = after.kind {
      problem("a second document begins here; write everything into one, without '---' between", at: after)
    }
  }

  // MARK: Values

  private mutating func node(from event: YAMLEvent) throws(Stop) -> Anchored {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else {
      throw refused("lists and mappings are nested more than \(limits.depth) deep", at: event)
    }
    if case .alias(let name) = event.kind { return try aliased(name, at: event) }
    if let name = event.anchor { openAnchors.insert(name) }
    let isText = checkTag(of: event)
    let value: Anchored
    switch event.kind {
    case .sequenceStart: value = try sequence(at: event)
    case .mappingStart: value = try mapping(at: event)
    case .scalar(let text, let style):
      value = Anchored(node: scalar(text, style, isText: isText, at: event), size: 1)
    case .streamEnd: value = Anchored(node: scalar("", .plain, isText: false, at: event), size: 1)
    default: throw refused("expected a value", at: event)
    }
    if let name = event.anchor {
      openAnchors.remove(name)
      anchors[name] = value
    }
    return value
  }

  private mutating func scalar(
    _ text: String, _ style: YAMLScalarStyle, isText: Bool, at event: YAMLEvent
  ) -> LocatedNode {
    let place = place(event)
    let located = places.locate(text, style: style, from: event.start, to: event.end, at: place)
    return LocatedNode(.scalar(.init(located, style: style == .plain && !isText ? .plain : .quoted)), at: place)
  }

  private mutating func sequence(at start: YAMLEvent) throws(Stop) -> Anchored {
    var elements: [LocatedNode] = []
    var size = 1
    while let element = try element() {
      elements.append(element.node)
      size += element.size
    }
    return Anchored(node: LocatedNode(.sequence(elements), at: place(start)), size: size)
  }

  /// The next element of a list; nil at its end.
  private mutating func element() throws(Stop) -> Anchored? {
    let event = try next()
    if case .sequenceEnd = event.kind { return nil }
    return try node(from: event)
  }

  private mutating func mapping(at start: YAMLEvent) throws(Stop) -> Anchored {
    var entries = MappingEntries()
    var merged: [LocatedNode] = []
    var size = 1
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { break }
      let key = try node(from: event)
      let value = try node(from: try next())
      size += key.size + value.size
      guard let scalar = key.node.scalar else {
        problem("a key must be text; found \(key.node.kindName)", at: event)
        continue
      }
      if scalar.text.text == "<<", scalar.style == .plain {
        merged.append(value.node)
        continue
      }
      if let line = entries.line(of: scalar.text.text) {
        let name = scalar.text.quoted
        problem("the key \(name) is on line \(line) already; remove one of the two", at: event)
        continue
      }
      entries.append(LocatedNode.Entry(key: scalar.text, value: value.node))
    }
    for node in merged { merge(node, into: &entries) }
    return Anchored(node: LocatedNode(.mapping(entries.all), at: place(start)), size: size)
  }

  // MARK: Anchors, aliases and merge keys

  private mutating func aliased(_ name: String, at event: YAMLEvent) throws(Stop) -> Anchored {
    let shown = VisibleText.quoted("*" + name)
    guard !openAnchors.contains(name) else {
      return nothing("\(shown) stands inside the value that it refers to", at: event)
    }
    guard let target = anchors[name] else {
      let hint = "; text that begins with '*' must be in quotes"
      return nothing("\(shown) refers to '&\(name)', which is not above\(hint)", at: event)
    }
    aliasCount += 1
    aliasedValues += target.size
    guard aliasCount <= limits.aliases else {
      throw refused("there are more than \(limits.aliases) aliases ('*name') in this file", at: event)
    }
    guard aliasedValues <= limits.aliasedValues else {
      throw refused(
        "the aliases ('*name') of this file stand for more than \(limits.aliasedValues) values, as in a 'billion laughs' "
          + "attack; write the values out", at: event)
    }
    return target
  }

  /// An alias that stands for nothing: nothing more is said about its place.
  private mutating func nothing(_ message: String, at event: YAMLEvent) -> Anchored {
    problem(message, at: event)
    unread.append(place(event))
    return Anchored(node: scalar("", .plain, isText: false, at: event), size: 1)
  }

  /// YAML's merge key: the entries of other mappings, where this one has none of that name. Of several, the first counts.
  private mutating func merge(_ node: LocatedNode, into entries: inout MappingEntries) {
    for mapping in node.elements ?? [node] {
      guard let others = mapping.entries else {
        problems.append(
          Diagnostic(.error, "'<<' takes a mapping or a list of mappings; found \(mapping.kindName)", at: mapping.place)
        )
        continue
      }
      for entry in others where entries.line(of: entry.key.text) == nil { entries.append(entry) }
    }
  }

  // MARK: Events

  private mutating func next() throws(Stop) -> YAMLEvent {
    do {
      return try events.next()
    } catch {
      throw .mistake(YAMLMistake(error, in: source))
    }
  }

  /// Reports tags that are not used here. True where the tag says that the value is text.
  private mutating func checkTag(of event: YAMLEvent) -> Bool {
    guard let tag = event.tag else { return false }
    let standard = "tag:yaml.org,2002:"
    if tag == standard + "str" || tag == "!" { return true }
    let name = tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag
    problem("the tag \(VisibleText.quoted(name)) is not used here; remove it", at: event)
    return false
  }

  private func refused(_ message: String, at event: YAMLEvent) -> Stop {
    .refused(Diagnostic(.error, message, at: place(event)))
  }

  private mutating func problem(_ message: String, at event: YAMLEvent) {
    problems.append(Diagnostic(.error, message, at: place(event)))
  }

  private func place(_ event: YAMLEvent) -> SourcePlace { event.start.place(in: file) }
}
