internal import Foundation

extension Error {
  /// Why the system refused it, in the system's words: `Permission denied`. Foundation's say less in more of them.
  var systemReason: String {
    guard let cause = (self as? CocoaError)?.underlying as? POSIXError else { return localizedDescription }
    return String(cString: strerror(cause.code.rawValue))
  }
}
