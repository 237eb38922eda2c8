internal import AlertModel
internal import BundledPlugins
internal import Pipeline
internal import PluginKit

/// Looks at every alert of some files, for commands that deliver nothing: no enricher, no route, no state.
actor AlertVisitor {
  /// Where an alert was read from.
  struct Location {
    let source: String
    let line: Int
  }

  /// What a visit of an alert can use.
  struct Desk {
    /// What goes to standard output.
    var output: [UInt8] = []
    var view: ECSView
  }

  typealias Visit = @Sendable (borrowing Alert, Location, inout Desk) -> Void

  private let decoder: AlertDecoder
  private let index: String?
  private let body: Visit
  private var desk: Desk
  private var isSound = true

  /// - Parameters:
  ///   - index: the value of `_index` for every alert; nil for none.
  ///   - body: called for one alert at a time, in order.
  init(formats: FormatSet, index: String? = nil, _ body: @escaping Visit) {
    decoder = AlertDecoder(formats: formats)
    desk = Desk(view: ECSView(formats))
    self.index = index
    self.body = body
  }

  /// Visits the alerts of the files in turn; `-`, or no file at all, is standard input.
  ///
  /// - Returns: false where a part of the input could not be read; why has been written to standard error.
  func visit(_ files: [String], context: PluginContext) async throws -> Bool {
    for file in files.isEmpty ? ["-"] : files {
      let input = try BundledPlugins.commandLineInput(file, context: context)
      try await input.start()
      try await input.run(from: []) { [self] chunk in await visit(chunk) }
      await input.stop()
    }
    return isSound
  }

  private func visit(_ chunk: InputChunk) {
    for unreadable in chunk.unreadable { complain(unreadable.reason, chunk.source, unreadable.line) }
    let ambient = index.map { [AddedField("_index", text: $0)] } ?? AlertDecoder.ambient(of: chunk)
    decoder.decode(chunk) { decoded in
      let alert = decoder.alert(decoded, ambient: ambient)
      body(alert, Location(source: chunk.source, line: decoded.frame.line), &desk)
    } refused: { refused in
      complain(refused.reason, chunk.source, refused.frame.line)
    }
    Terminal.print(desk.output)
    desk.output.removeAll(keepingCapacity: true)
  }

  private func complain(_ reason: String, _ source: String, _ line: Int) {
    isSound = false
    Terminal.say(VisibleText.escaped("\(DeadLetter.place(in: source, line: line)): \(reason)"))
  }
}
