internal import ArgumentParser
internal import KQL
internal import PluginKit

extension Condition {
  /// An expression from the command line. Says what is doubtful about it, and ends with exit code 64 where it is no KQL.
  init(commandLine expression: String, _ formats: FormatSet) throws {
    do throws(KQLError) {
      self = try Condition(expression, vocabulary: formats.vocabulary)
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.usage
    }
    var doubts = ConditionDoubts(formats, added: nil)
    for doubt in doubts.about(self.expression) { Terminal.say("warning: the expression \(doubt)") }
  }
}
