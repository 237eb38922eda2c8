internal import AlertModel

/// Where Windows events and Sysmon's name people and addresses, the one who acts before the one acted upon
/// (https://learn.microsoft.com/en-us/windows/security/threat-protection/auditing/).
enum WindowsEvent {
  static let users = ["SubjectUserName", "User", "SourceUser", "UserName"]

  /// Of an event that has no place for who asked, whom it is about. Where it has one, and that is empty, the other is who it
  /// was done to.
  static func target(_ names: [String], unless subjects: [String]) -> FieldSource {
    .only(
      "there is no subject", of: subjects, { parts in !subjects.indices.contains { parts[$0] != nil } }, .named(names))
  }

  /// Who logged on, of a logon, a failed one, a logoff, a ticket, or credentials that were looked at: the subject of these is
  /// the service that asked, if anybody.
  static func loggedOn(_ eventIDs: [String], _ target: String) -> FieldSource {
    .only(
      "the event is one of " + logons.map { "\($0)" }.joined(separator: ", "), of: eventIDs,
      { parts in
        eventIDs.indices.contains { place in
          parts[place].map { id in logons.contains { id.equals($0) } } ?? false
        }
      }, .named([target]))
  }

  private static let logons: [StaticString] = ["4624", "4625", "4634", "4768", "4769", "4771", "4776"]

  static let addresses = ["IpAddress", "SourceIp", "SourceAddress", "ClientAddress", "ClientIP"]

  /// What kind of event it is, in words where the kind is a known one, else the provider and the number.
  ///
  /// - Parameter idText: the member of the id that has the number, where it is an object.
  static func title(provider: String, id: String, idText: String) -> FieldSource {
    .computed("`\(provider)` and `\(id)`, in words where known", of: [provider, id, id + "." + idText]) { parts, text in
      guard let provider = parts.filled(0), let id = parts[1] ?? parts[2] else { return nil }
      if let name = kinds[provider.text]?[id.text] {
        text.append(contentsOf: name.utf8)
      } else {
        provider.appendText(to: &text)
        text.append(UInt8(ascii: " "))
        id.appendText(to: &text)
      }
      return .string
    }
  }

  /// By provider and number. Sources: https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon and
  /// https://learn.microsoft.com/en-us/windows-server/identity/ad-ds/plan/appendix-l--events-to-monitor.
  private static let kinds: [String: [String: String]] = [
    "Microsoft-Windows-Sysmon": [
      "1": "Process creation", "2": "File creation time changed", "3": "Network connection",
      "4": "Sysmon service state changed", "5": "Process terminated", "6": "Driver loaded", "7": "Image loaded",
      "8": "Remote thread created", "9": "Raw disk access", "10": "Process accessed", "11": "File created",
      "12": "Registry object added or deleted", "13": "Registry value set", "14": "Registry object renamed",
      "15": "File stream created", "16": "Sysmon configuration changed", "17": "Named pipe created",
      "18": "Named pipe connected", "19": "WMI event filter", "20": "WMI event consumer",
      "21": "WMI consumer bound to filter", "22": "DNS query", "23": "File deleted and kept", "24": "Clipboard changed",
      "25": "Process tampering", "26": "File deleted", "27": "Executable file blocked", "28": "File shredding blocked",
      "29": "Executable file detected", "255": "Sysmon error",
    ],
    "Microsoft-Windows-Security-Auditing": [
      "4624": "Successful logon", "4625": "Failed logon", "4634": "Logoff", "4648": "Logon with explicit credentials",
      "4656": "Handle to an object requested", "4657": "Registry value modified", "4663": "Object accessed",
      "4672": "Special privileges assigned to new logon", "4688": "Process created", "4689": "Process exited",
      "4697": "Service installed", "4698": "Scheduled task created", "4699": "Scheduled task deleted",
      "4700": "Scheduled task enabled", "4701": "Scheduled task disabled", "4702": "Scheduled task updated",
      "4719": "System audit policy changed", "4720": "User account created", "4722": "User account enabled",
      "4724": "Password reset attempted", "4725": "User account disabled", "4726": "User account deleted",
      "4728": "Member added to global group", "4732": "Member added to local group", "4738": "User account changed",
      "4740": "User account locked out", "4756": "Member added to universal group", "4768": "Kerberos ticket requested",
      "4769": "Kerberos service ticket requested", "4771": "Kerberos pre-authentication failed",
      "4776": "Credentials validated", "5136": "Directory object modified", "5140": "Network share accessed",
      "5145": "Network share object checked", "5156": "Connection permitted",
    ],
    "Microsoft-Windows-Eventlog": ["104": "Event log cleared", "1102": "Security log cleared"],
    "Service Control Manager": ["7036": "Service state changed", "7045": "Service installed"],
    "Microsoft-Windows-PowerShell": ["4103": "PowerShell module logging", "4104": "PowerShell script block"],
  ]
}
