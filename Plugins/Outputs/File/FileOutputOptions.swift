public import PluginKit

/// The settings of the output `file`.
public struct FileOutputOptions: PluginOptions {
  @Setting(
    """
    The file to append to. `{cloud.account.id}` stands for a field of the alert, `{%Y-%m-%d}` for the date of writing (UTC; \
    `%Y %m %d %H %M`). A field's value is one part of a name: what could lead elsewhere is encoded.
    """)
  public var path: FilePath

  @Setting("Begins a new file before this one becomes larger.")
  public var rotateSize: ByteCount?

  @Setting("Begins a new file at every multiple of this time, in UTC: `1h` on the hour, `1d` at midnight.")
  public var rotateEvery: Duration?

  @Setting(
    """
    How many rotated files to keep, of each name that `path` gives; without it, all. With a date in `path`, the files of \
    other days stay.
    """)
  public var keep: Int?

  @Setting("Compresses rotated files with gzip. With a date in `path`, only those of the same day.")
  public var compress: Bool = false

  @Setting(
    "The permissions of new files, octal. Folders that are missing are made, with the same and search permission.")
  public var permissions: FilePermissions = FilePermissions(0o640)

  @Setting("`process` survives a crash of weir; `power` also a power failure, at the price of waiting for the disk.")
  public var durability: Durability = .process

  public enum Durability: String, CaseIterable, SettingValue, Sendable {
    case process, power
  }

  public init() {}
}

/// Who may read and write a file: the octal digits of chmod(1).
public struct FilePermissions: ScalarSettingValue, Hashable {
  /// The nine permission bits.
  public let bits: UInt32

  public init(_ bits: UInt32) { self.bits = bits & 0o777 }

  public init?(settingText text: String) {
    guard (3...4).contains(text.utf8.count), let bits = UInt32(text, radix: 8), bits <= 0o777, bits & 0o200 != 0 else {
      return nil
    }
    self.init(bits)
  }

  /// The same for a folder: whoever may read may also search.
  var forFolder: UInt32 { bits | 0o100 | (bits & 0o444) >> 2 | 0o700 }

  public static var typeName: String { "permissions with which weir can write, such as 0640" }
  public static var schema: SchemaNode { ["type": ["string", "integer"]] }
  public var written: SchemaNode { .text("0" + String(bits, radix: 8)) }
}
