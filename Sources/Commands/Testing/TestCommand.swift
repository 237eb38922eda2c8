internal import ArgumentParser
internal import PluginKit

/// `weir test`: do these alerts end where the test file says?
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs the configuration's tests: do these alerts end where the test file says? Delivers nothing.",
    discussion: """
      Without FILE: every '*.test.yaml' beside the configuration, and every YAML file in the folder 'tests' there. A test \
      file looks so:

        now: 2026-11-21
        tests:
          - name: the platform team may create trails
            file: Examples/alerts.ndjson
            line: 1
            expect: {suppressed_by: platform team sets up trails, not_delivered_to: [urgent]}
          - name: a root login is urgent
            alert: {eventName: ConsoleLogin, userIdentity: {type: Root}}
            expect: {delivered_to: [urgent], severity: high, fields: {user.name: root}, rule: ConsoleLogin}

      Each test begins with nothing learned and no budget used. File names start from the test file's folder. Exit code 0 where all passed, 1 where one failed, 78 where a file is \
      wrong.
      """)

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "Test files.")
  var files: [String] = []

  @Option(help: "Writes the results to this file, as JUnit XML.")
  var junit: String?

  func run() async throws {
    let found = files.isEmpty ? TestFinder.files(beside: config.path) : files
    guard !found.isEmpty else {
      Terminal.say("error: there are no tests: no '*.test.yaml' beside '\(config.path)', and nothing in 'tests' there")
      throw ExitCode.usage
    }
    var parsed: [(String, TestFile)] = []
    var problems: [Diagnostic] = []
    for file in found {
      do throws(ConfigurationError) { parsed.append((file, try TestFile.read(file))) } catch {
        problems += error.diagnostics
      }
    }
    ConfigurationOption.show(problems)
    guard problems.isEmpty else { throw ExitCode.configuration }
    let report = try await run(parsed)
    Terminal.print(report.text(.standardOutput))
    if let junit { try FileWriting.write(report.junit, to: junit, as: "results") }
    if report.failureCount > 0 { throw ExitCode.no }
  }

  private func run(_ files: [(String, TestFile)]) async throws -> TestReport {
    let config = config
    let runner = TestRunner(now: SystemClock().now) { clock in
      // Warnings are for `check`: what has expired at the moment of a test may be years away.
      let outcome = ConfigurationOption.assemble(
        try config.load(), CommandEnvironment(logLevel: .error, clock: clock))
      guard let parts = outcome.parts else {
        ConfigurationOption.show(outcome.errors)
        throw ExitCode.configuration
      }
      return parts
    } context: { vocabulary in
      CommandEnvironment(logLevel: .error).context(named: "test", vocabulary: vocabulary)
    }
    var report = TestReport()
    for (name, file) in files { report.add(name, try await runner.run(file)) }
    await runner.finish()
    return report
  }
}
