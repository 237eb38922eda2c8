internal import PluginKit

extension SyslogOptions {
  /// Where the messages go.
  ///
  /// - Throws: `ConfigurationError` at the setting that is wrong.
  func streamAddress() throws(ConfigurationError) -> StreamAddress {
    let address = try addressWithoutTLS()
    if case .tls(let host, let port, _) = address {
      if certificate == nil, key != nil {
        throw $key.error("'key' needs 'certificate': the key is for the certificate that this side shows")
      }
      let tls = TLSOptions(
        caFile: caFile?.path, certificateFile: certificate?.path, keyFile: key?.path, serverName: serverName)
      return .tls(host: host, port: port, tls)
    }
    for (name, setting) in [("ca_file", $caFile), ("certificate", $certificate), ("key", $key)] where setting.isGiven {
      throw setting.error("'\(name)' is for TLS, but the address is '\(self.address)'; did you mean 'tls://…'?")
    }
    if $serverName.isGiven {
      throw $serverName.error("'server_name' is for TLS, but the address is '\(self.address)'; did you mean 'tls://…'?")
    }
    return address
  }

  private func addressWithoutTLS() throws(ConfigurationError) -> StreamAddress {
    if address.hasPrefix("unix:") {
      var path = Substring(address.dropFirst("unix:".count))
      if path.hasPrefix("///") { path = path.dropFirst(2) }
      guard path.hasPrefix("/"), !path.hasPrefix("//") else {
        throw $address.error("'\(address)' needs the whole path of a socket, such as unix:/dev/log")
      }
      return .unix(path: String(path))
    }
    // RFC 5426 and RFC 6587: 514; RFC 5425: 6514.
    for (scheme, usualPort) in [("udp", 514), ("tcp", 514), ("tls", 6514)] where address.hasPrefix(scheme + "://") {
      guard let (host, port) = Self.hostAndPort(address.dropFirst(scheme.count + 3), usualPort: usualPort) else {
        throw $address.error(
          "'\(address)' is not a host with or without a port, such as \(scheme)://siem.corp.example:\(usualPort)")
      }
      switch scheme {
      case "udp": return .udp(host: host, port: port)
      case "tcp": return .tcp(host: host, port: port)
      default: return .tls(host: host, port: port, TLSOptions())
      }
    }
    throw $address.error("'\(address)' must begin with udp://, tcp://, tls:// or unix:")
  }

  /// `host`, `host:port`, `[::1]:port`, with or without a slash at the end.
  private static func hostAndPort(_ text: Substring, usualPort: Int) -> (host: String, port: Int)? {
    var text = text
    if text.hasSuffix("/") { text = text.dropLast() }
    let host: Substring
    let rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
      guard host.contains(":") else { return nil }
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      (host, rest) = (text[..<end], text[end...])
    }
    let allowed = host.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
        || "-._:%".utf8.contains($0)
    }
    guard !host.isEmpty, allowed else { return nil }
    if rest.isEmpty { return (String(host), usualPort) }
    guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65535).contains(port) else { return nil }
    return (String(host), port)
  }
}
