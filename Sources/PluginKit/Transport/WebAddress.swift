/// What can be said about the address of a web server before anything is sent.
public enum WebAddress {
  /// What is wrong with a URL, as the end of a sentence that begins with the setting's name, without any of it; nil where
  /// nothing is.
  public static func mistake(in url: String) -> String? {
    guard ["https://", "http://"].contains(where: url.hasPrefix), let host = Redaction.host(inURL: url) else {
      return "is not an address; it must begin with https:// or http:// and a host"
    }
    guard url.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.properties.generalCategory != .control })
    else {
      return "has white space in it; remove it, or write a space as %20"
    }
    var rest = host[...]
    if host.hasPrefix("[") {
      guard let end = host.lastIndex(of: "]") else { return "has a '[' without its ']'" }
      rest = host[host.index(after: end)...]
    }
    guard let colon = rest.lastIndex(of: ":") else { return nil }
    let port = rest[rest.index(after: colon)...]
    guard let number = Int(port), (1...65_535).contains(number), port.allSatisfy(\.isNumber) else {
      return "has a port that there is not; 1 to 65535 are possible"
    }
    return nil
  }
}
