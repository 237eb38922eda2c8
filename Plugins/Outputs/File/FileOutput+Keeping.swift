internal import Glibc
public import PluginKit

extension FileOutput: FileKeeping {
  /// Every file that the path stands for, whatever the fields and dates in it, and those that were rotated.
  public var keptFiles: [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(template.pattern, 0, nil, &found) == 0 else { return rotation.rotated(options.path.path) }
    let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    return paths.flatMap { rotation.rotated($0) + [$0] }
  }

  public var keptPath: String { options.path.path }
}
