public import PluginKit

/// The settings of the `syslog` output.
public struct SyslogOptions: PluginOptions {
  @Setting(
    """
    Where to: `udp://HOST`, `tcp://HOST` (port 514 unless given), `tls://HOST` (port 6514 unless given), or `unix:/PATH` \
    for a datagram or stream socket such as `/dev/log`.
    """)
  public var address: String

  @Setting("The header: `rfc5424`, or `rfc3164` for receivers that know no better.")
  public var format: Header = .rfc5424

  @Setting(
    """
    How messages are told apart in a stream (RFC 6587): `octet_counting` (the default over TCP and TLS), or `newline` \
    (the default over a Unix socket). Datagrams need neither.
    """)
  public var framing: Framing?

  @Setting("What the message is: the alert's `json`, one line of `text`, `cef`, or `leef` (2.0).")
  public var body: Body = .json

  @Setting("The facility (RFC 5424, table 1).")
  public var facility: Facility = .local0

  @Setting("The program's name in the header: printable ASCII without spaces, at most 48 characters (32 in RFC 3164).")
  public var appName: String = "weir"

  @Setting("The host's name in the header; this machine's unless given.")
  public var hostname: String?

  @Setting(
    """
    The private enterprise number in the name of the structured data (`weir@32473`). The default is reserved for \
    documentation (RFC 5612); organisations have numbers of their own.
    """)
  public var enterpriseID: Int = 32473

  @Setting("Certificates to trust in place of the system's, PEM.")
  public var caFile: FilePath?

  @Setting("This side's certificate, PEM, where the server asks for one.")
  public var certificate: FilePath?

  @Setting("The key of `certificate`, PEM; in the same file unless given.")
  public var key: FilePath?

  @Setting("The name that the server's certificate must be for; the address's host unless given.")
  public var serverName: String?

  @Setting(
    """
    The most bytes in one datagram, at most 65507. A longer message is not cut: it becomes a dead letter. The default is \
    what rsyslog takes unless told otherwise.
    """)
  public var maxDatagram: ByteCount = ByteCount(bytes: 8192)

  public init() {}

  /// What a message begins with.
  public enum Header: String, SettingValue, CaseIterable {
    case rfc5424, rfc3164
  }

  /// How messages are told apart in a stream.
  public enum Framing: String, SettingValue, CaseIterable {
    case octetCounting = "octet_counting"
    case newline
  }

  /// What a message consists of.
  public enum Body: String, SettingValue, CaseIterable {
    case json, text, cef, leef
  }

  /// The facilities by their usual names; the order is that of their numbers (RFC 5424, table 1).
  public enum Facility: String, SettingValue, CaseIterable {
    case kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, ntp, audit, alert, clock
    case local0, local1, local2, local3, local4, local5, local6, local7

    /// 0 to 23.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 16 }
  }
}
