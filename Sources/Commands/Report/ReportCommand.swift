internal import AlertModel
internal import ArgumentParser
internal import Gateway
internal import PluginKit
internal import Synchronization

/// `weir report`: what do allowlist entries do, and which need attention?
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Reviews allowlist entries by what they have held back.",
    discussion: """
      For each entry: how often it matched, when first and last, by whom, on which rules and severities; whether it never \
      matched, has expired or soon will, is so broad that it swallows a rule, or is shadowed by an earlier one; and a \
      narrower entry, where one would have held back all of the same. Reads the records of suppressed alerts, and, to \
      compare with, the files in which outputs keep delivered ones.
      """)

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "Files with suppression records; without them, those of the output that suppressed alerts go to.")
  var files: [String] = []

  @Option(help: "Files with delivered alerts; without it, those of the outputs that routes lead to.")
  var delivered: [String] = []

  @Option(help: "Names entries that expire within this time. Without it 30d.", transform: DurationArgument.init(text:))
  var expiring = DurationArgument(.seconds(30 * 86_400))

  @Option(help: "Names entries that held back at least this share of a rule's alerts, in per cent.")
  var share = 80

  @Option(help: "Concludes nothing about an entry from fewer alerts than this.")
  var enough = 10

  @Option(help: "Only alerts of this time before now: 7d, 90d.", transform: DurationArgument.init(text:))
  var since: DurationArgument?

  @Flag(help: "One JSON object, for programs.")
  var json = false

  @Option(help: "Also writes the report to this file, as a web page that needs nothing else.")
  var html: String?

  @Option(help: "Judges as if it were this moment: a date, or an RFC 3339 time.")
  var now: MomentArgument?

  func validate() throws {
    guard (1...100).contains(share) else { throw ValidationError("--share: a number from 1 to 100 is wanted") }
  }

  func run() async throws {
    let moment = now?.moment ?? SystemClock().now
    let environment = CommandEnvironment(logLevel: .error, clock: FixedClock(now: moment))
    let (_, parts) = try config.assemble(environment)
    let records = files.isEmpty ? try recordFiles(parts) : files
    let kept = delivered.isEmpty ? Self.deliveredFiles(parts) : delivered
    let start = since.map { moment - $0.duration }
    let reader = ReportReader(parts, environment)
    var (review, isSound) = try await reader.review(
      records: records, delivered: kept, since: start,
      limits: Review.Limits(expiring: expiring.duration, share: share, enough: max(1, enough)), now: moment)
    if !json, kept.isEmpty {
      Terminal.say("no file with delivered alerts is known, so shares of rules cannot be told; see --delivered")
    }
    do throws(SilenceFile.Failure) {
      review.silences = try SilenceFile(stateFolder: parts.stateFolder).read()
    } catch {
      Terminal.say("warning: the report has no silences: \(error)")
    }
    Terminal.print(json ? try ReportJSON(review).text : ReportText(review: review, ink: .standardOutput).text)
    if let html { try FileWriting.write(ReportPage(review).html, to: html, as: "report") }
    guard isSound else { throw ExitCode.badData }
  }

  /// The files with records of the configured output.
  private func recordFiles(_ parts: GatewayParts) throws -> [String] {
    let part = parts.outputs[parts.suppressedOutput]
    guard let keeping = part.output as? any FileKeeping else {
      Terminal.say(
        "error: suppressed alerts go to '\(part.name)', which keeps no files here; name files with suppression records")
      throw ExitCode.usage
    }
    return keeping.keptFiles
  }

  /// The files of all outputs that keep what routes send them.
  static func deliveredFiles(_ parts: GatewayParts) -> [String] {
    let routed = Set(parts.routes.flatMap(\.outputs)).subtracting([parts.suppressedOutput])
    let keeping = routed.sorted().compactMap { parts.outputs[$0].output as? any FileKeeping }
    return keeping.flatMap(\.keptFiles).distinct
  }
}
