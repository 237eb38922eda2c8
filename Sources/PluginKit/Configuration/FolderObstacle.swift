internal import Glibc

/// Why nothing can be written in a folder, or the folder cannot be made; seen without making or changing anything.
public struct FolderObstacle {
  /// The folder, or the nearest above it that there is.
  public let place: String
  /// The system's error (errno).
  public let code: Int32

  /// Nil where the folder can be written in, or made.
  public init?(to folder: String) {
    var status = stat()
    var nearest = folder
    while stat(nearest, &status) != 0 {
      guard errno == ENOENT else {
        self.init(place: nearest, code: errno)
        return
      }
      nearest = FilePath(nearest).folder
    }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    if isFolder, access(nearest, W_OK | X_OK) == 0 { return nil }
    self.init(place: nearest, code: isFolder ? errno : ENOTDIR)
  }

  private init(place: String, code: Int32) {
    self.place = place
    self.code = code
  }
}
