internal import ArgumentParser

/// `weir outbox`: what waits to be delivered, and what was given up on.
struct OutboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox",
    abstract: "Lists, shows, retries and drops deliveries that wait or that were given up on.",
    discussion: """
      Works beside a running gateway, which notices within a second. An alert that is on its way at that moment may still \
      be delivered when it is dropped.
      """,
    subcommands: [OutboxList.self, OutboxShow.self, OutboxRetry.self, OutboxDrop.self],
    defaultSubcommand: OutboxList.self)
}

/// `weir outbox list`.
struct OutboxList: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists deliveries, one a line.")

  @OptionGroup var selection: DeliverySelection

  @Flag(help: "One JSON object a line, for programs; an empty list, '[]', where there is nothing to list.")
  var json = false

  @Option(help: "How many to list; 0 for all. Without it 50, and with --json all.")
  var limit: Int?

  func run() throws {
    guard let desk = try selection.open(mayBeMissing: true) else {
      if json { Terminal.print("[]") }
      return
    }
    defer { desk.inspector.close() }
    let limit = limit ?? (json ? 0 : 50)
    var listed = 0
    var lines: [UInt8] = []
    let names = RuleNames(desk.formats)
    try desk.attempt {
      try desk.inspector.forEach(desk.filter) { delivery in
        let row = DeliveryRow(delivery, rule: names.rule(of: delivery.alert), now: desk.now)
        lines.append(contentsOf: json ? row.json(withAlert: false) : row.line)
        listed += 1
        if lines.count > 1 << 20 {
          Terminal.print(lines)
          lines.removeAll(keepingCapacity: true)
        }
        return listed != limit
      }
      Terminal.print(lines)
      for backlog in try desk.inspector.backlog() where backlog.pending + backlog.dead > 0 {
        Terminal.say("\(backlog.output): \(backlog.pending) pending, \(backlog.dead) dead")
      }
    }
    if listed == 0, json { Terminal.print("[]") }
    if listed == limit, limit > 0 { Terminal.say("showing the first \(limit); see --limit") }
    if listed == 0 {
      let which = selection.isNarrow ? ", of those that were asked for" : ""
      Terminal.say("no delivery waits or was given up on\(which)")
    }
    // Where the list was cut short, not all were looked for.
    if limit == 0 || listed < limit { try desk.checkFound() }
  }
}

/// `weir outbox show`.
struct OutboxShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows deliveries with all that is known of them, and the alert.")

  @OptionGroup var selection: DeliverySelection

  @Flag(help: "One JSON object a line, for programs.")
  var json = false

  func run() throws {
    guard let desk = try selection.open() else { return }
    defer { desk.inspector.close() }
    var shown = 0
    try desk.attempt {
      try desk.inspector.forEach(desk.filter) { delivery in
        let row = DeliveryRow(delivery, now: desk.now)
        Terminal.print(json ? row.json(withAlert: true) : row.page)
        shown += 1
        return true
      }
    }
    try desk.checkFound()
    guard shown > 0 else {
      Terminal.say("there is no such delivery")
      throw ExitCode.no
    }
  }
}

/// `weir outbox retry`.
struct OutboxRetry: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Tries deliveries again now: those that wait for another try, and those that were given up on.",
    discussion: "Without any option: all of them. What was given up on waits again, last in order.")

  @OptionGroup var selection: DeliverySelection

  @Flag(help: "One JSON object, for programs.")
  var json = false

  func run() throws {
    guard let desk = try selection.open() else { return }
    defer { desk.inspector.close() }
    let count = try desk.attempt { try desk.inspector.retry(desk.filter) }
    Terminal.print(
      json ? "{\"retried\":\(count)}" : "\(count) \(count == 1 ? "delivery is" : "deliveries are") tried again")
    if !desk.inspector.runningGateway.isRunning, count > 0 {
      Terminal.say("no gateway runs on this state; the next 'weir run' delivers them")
    }
    try desk.checkFound()
  }
}

/// `weir outbox drop`.
struct OutboxDrop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Forgets deliveries: they are not delivered, and are no dead letters any more.",
    discussion: "Says which are meant, by ids or options; --all for everything.")

  @OptionGroup var selection: DeliverySelection

  @Flag(help: "Drops everything where nothing else says which are meant.")
  var all = false

  @Flag(help: "One JSON object, for programs.")
  var json = false

  func validate() throws {
    if !selection.isNarrow, !all { throw ValidationError("say which deliveries to drop, or --all") }
  }

  func run() throws {
    guard let desk = try selection.open() else { return }
    defer { desk.inspector.close() }
    let count = try desk.attempt { try desk.inspector.drop(desk.filter) }
    Terminal.print(
      json ? "{\"dropped\":\(count)}" : "\(count) \(count == 1 ? "delivery is" : "deliveries are") dropped")
    try desk.checkFound()
  }
}
