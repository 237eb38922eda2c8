internal import Dispatch
internal import Glibc
internal import PluginKit
internal import Synchronization

/// A socket address of any family.
struct SocketAddress: Sendable {
  let family: Int32
  private let bytes: [UInt8]

  init(_ info: addrinfo) {
    family = info.ai_family
    bytes = Array(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { body($0.baseAddress, socklen_t(bytes.count)) }
    }
  }
}

/// Asks the system's resolver for a host's addresses. The resolver cannot be interrupted, so it works on a thread that
/// this one leaves alone when its time is over.
final class NameLookup: Sendable {
  private enum Answer {
    case addresses([SocketAddress])
    case failure(String)
  }

  private let answer = Mutex<Answer?>(nil)
  private let done: CancelSignal

  private init() throws(ChannelError) {
    do { done = try CancelSignal() } catch { throw ChannelError(error.reason) }
  }

  static func addresses(of host: String, port: Int, _ wait: SocketWait) throws(ChannelError) -> [SocketAddress] {
    let lookup = try NameLookup()
    DispatchQueue(label: "weir.lookup").async { lookup.resolve(host, port) }
    do {
      _ = try wait.events(POLLIN, on: lookup.done.descriptor, what: "")
    } catch {
      throw wait.millisecondsLeft > 0 ? error : ChannelError("the name was not resolved in time")
    }
    switch lookup.answer.withLock({ $0 }) {
    case .addresses(let addresses): return addresses
    case .failure(let reason): throw ChannelError("the name cannot be resolved: \(reason)")
    case nil: throw ChannelError("the name cannot be resolved")
    }
  }

  private func resolve(_ host: String, _ port: Int) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    var addresses: [SocketAddress] = []
    var next = list
    while let info = next {
      addresses.append(SocketAddress(info.pointee))
      next = info.pointee.ai_next
    }
    if let list { freeaddrinfo(list) }
    answer.withLock {
      $0 = status == 0 ? .addresses(addresses) : .failure(String(cString: gai_strerror(status)).lowercasedFirst)
    }
    done.fire()
  }
}
