internal import AlertModel
internal import Glibc
internal import PluginKit

/// Turns batches into messages. Pure.
struct SyslogEncoder: Sendable {
  private let header: MessageHeader
  private let body: SyslogOptions.Body
  private let marksUTF8: Bool
  private let readers: AlertReaders
  private let fields: AlertFields

  /// How messages are told apart.
  enum Framing {
    /// Not at all: each is a datagram.
    case none
    /// RFC 6587, section 3.4.1: the number of bytes, a space, the message.
    case octetCounting
    /// RFC 6587, section 3.4.2: a line feed after the message. No message has one inside.
    case newline
  }

  /// Messages end to end.
  struct Messages {
    var bytes: [UInt8] = []
    /// Where each message is, in the order of the batch; without framing only.
    var ranges: [Range<Int>] = []
  }

  /// - Parameter offset: how many seconds the local time is ahead of UTC at a moment, for RFC 3164.
  init(
    _ options: SyslogOptions, hostname: String, vocabulary: Vocabulary,
    offset: @escaping @Sendable (Timestamp) -> Int64 = MessageHeader.localOffset
  ) {
    header = MessageHeader(options, hostname: hostname, offset: offset)
    body = options.body
    marksUTF8 = options.format == .rfc5424
    readers = AlertReaders(vocabulary: vocabulary)
    fields = AlertFields(vocabulary)
  }

  /// All messages of a batch.
  func encode(_ batch: DeliveryBatch, framing: Framing) -> Messages {
    var messages = Messages()
    let size = batch.places.reduce(0) { $0 + Int(batch.block.entries[Int($1)].count) }
    messages.bytes.reserveCapacity(size + batch.count * 256)
    if framing == .none { messages.ranges.reserveCapacity(batch.count) }
    // What comes before the alert's line, and all of a message in another form than JSON.
    var head: [UInt8] = []
    batch.block.bytes.withUnsafeBytes { block in
      for index in 0..<batch.count {
        let alert = batch[index]
        let entry = alert.entry
        head.removeAll(keepingCapacity: true)
        header.append(
          severity: entry.severity, time: entry.time, id: UnsafeRawBufferPointer(rebasing: block[entry.id]), to: &head)
        let isComplete = body != .json && appendBody(of: alert, to: &head)
        let line = UnsafeRawBufferPointer(rebasing: isComplete ? block[..<0] : block[entry.line])
        let count = head.count + line.count
        switch framing {
        case .none: messages.ranges.append(messages.bytes.count..<messages.bytes.count + count)
        case .octetCounting:
          messages.bytes.appendDecimal(Int64(count))
          messages.bytes.append(UInt8(ascii: " "))
        case .newline: break
        }
        messages.bytes.append(contentsOf: head)
        messages.bytes.append(contentsOf: line)
        if framing == .newline { messages.bytes.append(0x0a) }
      }
    }
    return messages
  }

  /// Appends the alert in another form than JSON.
  ///
  /// - Returns: false, and nothing is appended, where it cannot be read: whoever gets the message then sees what there is.
  ///   Only damaged state brings this about.
  private func appendBody(of outgoing: OutgoingAlert, to message: inout [UInt8]) -> Bool {
    let start = message.count
    let context = BodyContext(fields: fields, time: outgoing.time, id: outgoing.id)
    let isRead: Void? = try? readers.read(outgoing) { alert in append(alert, context, to: &message) }
    if isRead == nil { message.removeSubrange(start...) }
    return isRead != nil
  }

  private func append(_ alert: borrowing Alert, _ context: BodyContext, to message: inout [UInt8]) {
    switch body {
    case .json: break
    case .text: TextBody.append(alert, context, marksUTF8: marksUTF8, to: &message)
    case .cef: CEFBody.append(alert, context, to: &message)
    case .leef: LEEFBody.append(alert, context, to: &message)
    }
  }
}
