internal import CCurl
internal import PluginKit

/// Sets the options of one easy handle.
///
/// libcurl refuses an option only where memory runs out or where it was built without the feature; both show when the
/// transfer begins, so results are not looked at here.
struct Options {
  private let handle: EasyHandle

  init(_ handle: EasyHandle) {
    self.handle = handle
  }

  func set(_ option: CURLoption, _ value: Int) { weir_curl_set_long(handle, option, value) }
  func set(_ option: CURLoption, _ value: String) { weir_curl_set_string(handle, option, value) }
  func set(_ option: CURLoption, _ list: HeaderList?) { weir_curl_set_list(handle, option, list?.head) }

  /// Verifies the peer as asked.
  func set(_ tls: TLSOptions) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let file = tls.caFile {
      set(CURLOPT_CAINFO, file)
      // The file stands in place of the system's certificates, and distributions set a folder too.
      weir_curl_set_string(handle, CURLOPT_CAPATH, nil)
    }
    // A new CA file counts within five minutes; libcurl would keep the old one for a day.
    set(CURLOPT_CA_CACHE_TIMEOUT, 300)
    if let file = tls.certificateFile {
      set(CURLOPT_SSLCERT, file)
      set(CURLOPT_SSLKEY, tls.keyFile ?? file)
    }
  }
}

/// A list of texts as libcurl wants them; freed with this object.
final class HeaderList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  init(_ lines: [String]) throws(TransportError) {
    for line in lines {
      guard let longer = curl_slist_append(head, line) else {
        curl_slist_free_all(head)
        throw TransportError("libcurl cannot keep the request's headers: out of memory")
      }
      head = longer
    }
  }

  deinit { curl_slist_free_all(head) }
}

/// Memory in which libcurl explains an error.
final class ErrorText {
  private let buffer: UnsafeMutablePointer<CChar>

  init() {
    buffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    buffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { buffer.deallocate() }

  func attach(to handle: EasyHandle) { weir_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer) }

  var text: String { String(cString: buffer) }
}
