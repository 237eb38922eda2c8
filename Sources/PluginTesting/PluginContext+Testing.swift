public import AlertModel
public import Logging
public import PluginKit

extension PluginContext {
  /// A context in which nothing leaves the process: what a test does not give is made for it.
  public static func testing(
    name: String = "test", vocabulary: Vocabulary = AlertFixtures().vocabulary,
    http: any HTTPTransport = RecordingHTTPTransport(), streams: any StreamTransport = RecordingStreamTransport(),
    clock: any GatewayClock = ManualClock(), files: any ConfigurationFiles = InMemoryFiles(),
    logger: Logger = RecordingLog().logger, stateFolder: String? = nil
  ) -> PluginContext {
    PluginContext(
      name: name, logger: logger, clock: clock, http: http, streams: streams, vocabulary: vocabulary, files: files,
      stateFolder: stateFolder)
  }
}
