internal import AlertModel
internal import Crypto
internal import PluginKit

/// Signs requests, so that a receiver can tell that they are Weir's, whole, and fresh.
///
/// The header is `t=SECONDS,v1=HEX`: the time of sending in seconds since 1970, and HMAC-SHA256 (RFC 2104) with the shared
/// key over `SECONDS.BODY`, the body as it is sent. A receiver computes the same, compares in constant time, and refuses
/// what is older than a few minutes: so a request that somebody kept cannot be sent again.
struct WebhookSignature {
  let key: Secret
  /// The header's name.
  let header: String

  func value(for body: [UInt8], at time: Timestamp) -> String {
    let seconds = String(time.nanoseconds / 1_000_000_000)
    var code = HMAC<SHA256>(key: SymmetricKey(data: Array(key.reveal().utf8)))
    code.update(data: Array(seconds.utf8) + [UInt8(ascii: ".")])
    code.update(data: body)
    return "t=\(seconds),v1=\(Hexadecimal.text(of: code.finalize()))"
  }
}

/// The id of a request, the same whenever the same alerts are sent.
enum RequestID {
  /// An alert's own id where there is one alert, else a hash of all ids. Only characters that a header may hold.
  static func id(of batch: DeliveryBatch, places: ArraySlice<Int>) -> String {
    if places.count == 1, let place = places.first { return headerSafe(batch[place].id) }
    var hash = SHA256()
    for place in places { hash.update(data: Array((batch[place].id + "\n").utf8)) }
    return Hexadecimal.text(of: hash.finalize().prefix(16))
  }

  /// Percent-encodes what is not visible ASCII; an id that is very long is hashed.
  static func headerSafe(_ id: String) -> String {
    if id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), id.utf8.count <= 512 { return id }
    if id.utf8.count > 512 { return Hexadecimal.text(of: SHA256.hash(data: Array(id.utf8)).prefix(16)) }
    return id.utf8.map { byte in
      (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "%" + Hexadecimal.text(of: [byte]).uppercased()
    }.joined()
  }
}

private enum Hexadecimal {
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes { text.append(hexadecimal: byte) }
    return String(decoding: text, as: UTF8.self)
  }
}
