internal import Gateway
internal import Pipeline
internal import PluginKit

/// Takes the documents of inputs through a configuration one by one and tells the story of each alert. Delivers nothing.
actor Explainer {
  /// One document's alerts, or why there are none.
  struct Chapter: Sendable {
    let source: String
    let line: Int
    var stories: [AlertStory] = []
    var unreadable: [UnreadablePart] = []
    /// True for an event that no rule made an alert of.
    var isUnmatched = false
    /// For each event: the rules that match it, or else those that came close.
    var rules: [[DecisionExplanation]] = []
  }

  private let parts: GatewayParts
  private let worker: PipelineWorker

  init(_ parts: GatewayParts, clock: any GatewayClock) {
    self.parts = parts
    worker = PipelineWorker(plan: parts.plan, clock: clock)
  }

  /// What becomes of each document of a chunk, in order.
  func explain(_ chunk: InputChunk) async -> [Chapter] {
    var chapters: [Chapter] = []
    for unreadable in chunk.unreadable {
      var chapter = Chapter(source: chunk.source, line: unreadable.line)
      chapter.unreadable.append(
        UnreadablePart(source: chunk.source, line: unreadable.line, reason: unreadable.reason))
      chapters.append(chapter)
    }
    for frame in chunk.frames {
      let teller = StoryTeller(parts, source: chunk.source, line: frame.line)
      let document = InputChunk(bytes: chunk.bytes, frames: [frame], source: chunk.source, index: chunk.index)
      let outcome = await worker.process(document, witness: teller)
      var chapter = Chapter(source: chunk.source, line: frame.line)
      chapter.stories = teller.stories(outcome)
      chapter.unreadable = outcome.deadLetters.map {
        UnreadablePart(source: $0.source, line: $0.line, reason: $0.reason)
      }
      chapter.rules = teller.rules
      chapter.isUnmatched = outcome.counts.unmatched > 0
      chapters.append(chapter)
    }
    return chapters
  }
}
