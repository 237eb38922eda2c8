internal import AlertModel

/// The names of OCSF's classes, for events that give the number alone.
///
/// Source: https://schema.ocsf.io/1.5.0/classes.
enum OCSFClasses {
  private static let names: [String: String] = [
    "1001": "File System Activity", "1002": "Kernel Extension Activity", "1003": "Kernel Activity",
    "1004": "Memory Activity", "1005": "Module Activity", "1006": "Scheduled Job Activity", "1007": "Process Activity",
    "1008": "Event Log Activity", "1009": "Script Activity",
    "2001": "Security Finding", "2002": "Vulnerability Finding", "2003": "Compliance Finding",
    "2004": "Detection Finding", "2005": "Incident Finding", "2006": "Data Security Finding",
    "2007": "Application Security Posture Finding",
    "3001": "Account Change", "3002": "Authentication", "3003": "Authorize Session", "3004": "Entity Management",
    "3005": "User Access Management", "3006": "Group Management",
    "4001": "Network Activity", "4002": "HTTP Activity", "4003": "DNS Activity", "4004": "DHCP Activity",
    "4005": "RDP Activity", "4006": "SMB Activity", "4007": "SSH Activity", "4008": "FTP Activity",
    "4009": "Email Activity", "4010": "Network File Activity", "4011": "Email File Activity",
    "4012": "Email URL Activity", "4013": "NTP Activity", "4014": "Tunnel Activity",
    "5001": "Device Inventory Info", "5002": "Device Config State", "5003": "User Inventory Info",
    "5004": "Operating System Patch State", "5019": "Device Config State Change", "5020": "Software Inventory Info",
    "6001": "Web Resources Activity", "6002": "Application Lifecycle", "6003": "API Activity",
    "6004": "Web Resource Access Activity", "6005": "Datastore Activity", "6006": "File Hosting Activity",
    "6007": "Scan Activity",
  ]

  /// Appends the name of a class; false where the number is of none.
  static func appendName(of number: FieldValue, to text: inout [UInt8]) -> Bool {
    guard let name = names[number.text] else { return false }
    text.append(contentsOf: name.utf8)
    return true
  }
}
