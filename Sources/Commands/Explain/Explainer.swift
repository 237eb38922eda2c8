internal import Gateway
internal import Pipeline
internal import PluginKit

/// Takes the documents of inputs through a configuration one by one and tells the story of each alert. Delivers nothing.
actor Explainer {
  /// One document's alerts, or why there are none.
  struct Chapter: Sendable {
    let source: String
    let line: Int
    /// The place among the documents of one line, from 1, where the line has several: CloudTrail's records.
    var number: Int?
    var stories: [AlertStory] = []
    var unreadable: [UnreadablePart] = []
    /// True for an event that no rule made an alert of.
    var isUnmatched = false
    /// For each event: the rules that match it, or else those that came close.
    var rules: [[DecisionExplanation]] = []
  }

  private let parts: GatewayParts
  private let worker: PipelineWorker
  /// The document before, and its place among those of its line.
  private var last = (source: "", line: 0, offset: Int64(0), number: 0)

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
    for (index, frame) in chunk.frames.enumerated() {
      let teller = StoryTeller(parts, source: chunk.source, line: frame.line)
      let document = InputChunk(bytes: chunk.bytes, frames: [frame], source: chunk.source, index: chunk.index)
      let outcome = await worker.process(document, witness: teller)
      var chapter = Chapter(source: chunk.source, line: frame.line)
      let isFurther = last.source == chunk.source && last.line == frame.line && last.offset < frame.offset
      last = (chunk.source, frame.line, frame.offset, isFurther ? last.number + 1 : 1)
      let hasFurther = index + 1 < chunk.frames.count && chunk.frames[index + 1].line == frame.line
      if last.number > 1 || hasFurther { chapter.number = last.number }
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
