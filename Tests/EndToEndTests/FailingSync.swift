import Foundation

/// A library for `LD_PRELOAD` that makes fsync(2) and fdatasync(2) fail for files with a certain name.
struct FailingSync {
  /// Part of the names of files that cannot be synced.
  static let variable = "WEIR_TEST_FAILING_SYNC"

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    static int fails(int descriptor) {
      const char *part = getenv("WEIR_TEST_FAILING_SYNC");
      char link[64], name[4096];
      if (!part) return 0;
      snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
      ssize_t count = readlink(link, name, sizeof name - 1);
      if (count < 0) return 0;
      name[count] = 0;
      if (!strstr(name, part)) return 0;
      errno = EIO;
      return 1;
    }
    int fsync(int descriptor) {
      int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
      return fails(descriptor) ? -1 : real(descriptor);
    }
    int fdatasync(int descriptor) {
      int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
      return fails(descriptor) ? -1 : real(descriptor);
    }
    """

  /// What to start a process with, so that it cannot sync files whose name has `part`; nil where there is no C compiler.
  ///
  /// - Parameter folder: where the library is made.
  static func environment(_ part: String, in folder: String) throws -> [String: String]? {
    let source = folder + "/failing-sync.c"
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    let library = folder + "/failing-sync.so"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["clang", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return ["LD_PRELOAD": library, variable: part]
  }
}
