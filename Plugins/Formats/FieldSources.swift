internal import AlertModel

// Sources that several formats have in common.
extension FieldSource {
  /// The scalar values of the first of these paths that has one: for names that some documents use for objects.
  static func scalar(_ paths: String...) -> FieldSource {
    .first(paths.map { .mapped("a plain value", { $0.isScalar ? copy($0, &$1) : nil }, .path(FieldPath($0))) })
  }

  /// The scalar value of the first of these paths that has one, unless that is an address (machines act too) or stands for
  /// nobody.
  static func person(_ paths: String...) -> FieldSource {
    .mapped(
      "other than an address",
      { $0.isScalar && IPAddress($0.bytes) == nil && !isPlaceholder($0) ? copy($0, &$1) : nil },
      .first(paths.map { .mapped("a plain value", { $0.isScalar ? copy($0, &$1) : nil }, .path(FieldPath($0))) }))
  }

  /// The first of these that names somebody or something.
  static func named(_ paths: [String]) -> FieldSource { .first(paths.map { named(.path(FieldPath($0))) }) }

  /// Those of the values that name somebody or something.
  static func named(_ source: FieldSource) -> FieldSource {
    .mapped("other than `-`", { $0.isScalar && !isPlaceholder($0) ? copy($0, &$1) : nil }, source)
  }

  /// What detectors write where there is nobody: Windows `-` and the null SID, those who write OCSF a word.
  private static let placeholders: [StaticString] = [
    "-", "S-1-0-0", "N/A", "n/a", "None", "none", "Unknown", "unknown",
  ]

  private static func isPlaceholder(_ value: FieldValue) -> Bool {
    value.bytes.count < 8 && placeholders.contains { value.equals($0) }
  }

  /// The ids of ATT&CK techniques (`T1059`, `T1059.004`) that stand in texts, in upper case; the first of each text.
  static func techniques(in source: FieldSource) -> FieldSource {
    .mapped(
      "technique ids in it",
      { value, text in
        value.withText { appendTechnique(in: $0, to: &text) } ? .string : nil
      }, source)
  }

  /// `success` or `failure` (ECS, `event.outcome`) where the value is one of the words for it, whatever their case.
  static func outcome(_ source: FieldSource, success: [String], failure: [String]) -> FieldSource {
    let label =
      "`success` for " + success.joined(separator: ", ") + "; `failure` for " + failure.joined(separator: ", ")
    return .mapped(
      label,
      { value, text in
        let word = value.text.lowercased()
        if success.contains(word) {
          text.append(contentsOf: "success".utf8)
        } else if failure.contains(word) {
          text.append(contentsOf: "failure".utf8)
        } else {
          return nil
        }
        return .string
      }, source)
  }

  /// The texts at these paths with `separator` between them; nothing where the first has none. Others may be missing.
  static func joined(_ paths: [String], with separator: String) -> FieldSource {
    joined(firstOf: paths.map { [$0] }, with: separator)
  }

  /// The first text of each of these groups of paths with `separator` between them; nothing where the first group has none.
  /// Others may have none.
  static func joined(firstOf groups: [[String]], with separator: String) -> FieldSource {
    let label = groups.map { $0.map { "`\($0)`" }.joined(separator: " or ") }.joined(separator: " \(separator) ")
    let ends = groups.indices.map { groups[...$0].joined().count }
    return .computed(label, of: groups.flatMap { $0 }) { parts, text in
      for place in ends.indices {
        guard let value = parts.firstFilled((place == 0 ? 0 : ends[place - 1])..<ends[place]) else {
          if place == 0 { return nil }
          continue
        }
        if place > 0 { text.append(contentsOf: separator.utf8) }
        value.appendText(to: &text)
      }
      return .string
    }
  }

  /// The id of a finding with the moment of its last update behind it, and with what else an update may change without it: an
  /// update is an alert of its own, which whoever drops repeats must not drop, as it may be graver.
  static func updated(_ ids: [String], at times: [String], _ others: [String] = []) -> FieldSource {
    joined(firstOf: [ids, times] + (others.isEmpty ? [] : [others]), with: "/")
  }

  /// Of the first object at `list` whose `type` is meant and that has one of `names`: the first of those, as text.
  static func ofFirst(
    _ label: String, in list: String, type: String, where isMeant: @escaping @Sendable (FieldValue) -> Bool,
    names: [String]
  ) -> FieldSource {
    let (objects, type, names) = (FieldPath(list), FieldPath(type), names.map { FieldPath($0) })
    return .computed(label, of: [list]) { parts, text in
      let found = objects.forEachValue(in: parts.document) { object in
        guard let kind = type.first(in: object)?.value, isMeant(kind) else { return false }
        return names.contains { name in
          guard let value = name.first(in: object)?.value, value.isScalar, !value.bytes.isEmpty else { return false }
          value.appendText(to: &text)
          return true
        }
      }
      return found ? .string : nil
    }
  }

  /// The value as it is.
  static func copy(_ value: FieldValue, _ text: inout [UInt8]) -> FieldValue.Kind? {
    value.appendText(to: &text)
    return value.kind
  }

  /// Appends the first `T` with four digits, and perhaps a point and three more, that is no part of a longer word.
  private static func appendTechnique(in bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
    func isDigit(_ at: Int) -> Bool { at < bytes.count && bytes[at] &- UInt8(ascii: "0") <= 9 }
    func isWord(_ at: Int) -> Bool {
      guard bytes.indices.contains(at) else { return false }
      return isDigit(at) || (bytes[at] | 0x20) &- UInt8(ascii: "a") < 26
    }
    for at in bytes.indices where bytes[at] | 0x20 == UInt8(ascii: "t") && !isWord(at - 1) {
      guard (1...4).allSatisfy({ isDigit(at + $0) }), !isWord(at + 5) else { continue }
      text.append(UInt8(ascii: "T"))
      text.append(contentsOf: bytes[(at + 1)...(at + 4)])
      let hasPart =
        at + 5 < bytes.count && bytes[at + 5] == UInt8(ascii: ".") && (6...8).allSatisfy { isDigit(at + $0) }
      if hasPart { text.append(contentsOf: bytes[(at + 5)...(at + 8)]) }
      return true
    }
    return false
  }
}
