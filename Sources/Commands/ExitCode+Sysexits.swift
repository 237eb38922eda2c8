internal import ArgumentParser

/// Exit codes: as in sysexits.h, and 1 for a plain no, as of grep.
extension ExitCode {
  /// The answer is no: nothing matched, there is no such delivery or silence, a test failed, a limit of `replay` was passed.
  static let no = ExitCode(1)
  /// EX_USAGE: the command line, or an expression on it, is wrong.
  static let usage = ExitCode(64)
  /// EX_DATAERR: a part of the input, or an alert, could not be processed.
  static let badData = ExitCode(65)
  /// EX_NOINPUT would be more exact for a file that is not there, but a missing file is bad data here: others go on.
  /// EX_UNAVAILABLE: something that must be there is not.
  static let unavailable = ExitCode(69)
  /// EX_SOFTWARE: Weir broke a promise of its own.
  static let brokenPromise = ExitCode(70)
  /// EX_IOERR: standard output cannot be written.
  static let outputFailed = ExitCode(74)
  /// EX_TEMPFAIL: alerts are left to be delivered, or to be read again, by the next run.
  static let leftPending = ExitCode(75)
  /// EX_CONFIG: the configuration is wrong.
  static let configuration = ExitCode(78)
}
