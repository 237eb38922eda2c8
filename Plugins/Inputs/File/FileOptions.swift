public import PluginKit

/// The settings of `file`.
public struct FileOptions: PluginOptions {
  @Setting(
    """
    The files to read: names, and patterns with `*` and `?` (within a name), `[abc]`, and `**` for any number of folders. \
    `logs/**/*.json.gz` is every such file below `logs`. They are read in the order of this list, the matches of a \
    pattern in the order of their bytes.
    """)
  public var paths: [FilePath]

  @Setting("Files to leave out, though `paths` names them: patterns of the same kind.")
  public var exclude: [FilePath] = []

  @Setting("Goes on reading what is appended to the files, and new files that match, through log rotation.")
  public var follow: Bool = false

  @Setting("The value that `_index` has for these alerts, as if they came from an index of that name.")
  public var index: String?

  @Setting("The most bytes that a document may have; a larger one is a dead letter, of which the beginning is kept.")
  public var maxDocument: ByteCount = ByteCount(bytes: DocumentFramer.defaultLimit)

  @Setting("The most bytes that one compressed file may become; reading ends there, with an error.")
  public var maxDecompressed: ByteCount = ByteCount(bytes: 16 << 30)

  public init() {}
}
