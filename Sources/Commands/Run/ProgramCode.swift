internal import CMemory
internal import Glibc

/// The program's own code in the memory of this process.
enum ProgramCode {
  /// Takes it all out of the process' memory. What is needed again comes back from the page cache as it is asked for.
  ///
  /// A start asks for much code that a gateway at work never needs again: of the 43 MB that one at rest had, 10 are such.
  /// Breakpoints that a debugger has set go too; set them behind this.
  static func giveBack() {
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let start = UInt(bitPattern: weir_code_start()) / page * page
    // The last page may hold more than code.
    let end = UInt(bitPattern: weir_code_end()) / page * page
    guard start < end else { return }
    // Where the system refuses, all stays as it was.
    _ = madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
  }

  /// The same half a second later; not at all where the task is cancelled before. A run that is over by then would only have
  /// to take its code up again.
  static func giveBackAfterStart() async {
    guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
    giveBack()
  }
}
