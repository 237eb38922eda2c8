/// A dictionary of bounded size that forgets what was not used for longest.
///
/// It keeps two generations: what is used moves to the younger one, and when that is full the older one is dropped. So it
/// holds at least `capacity` of the latest keys and at most twice as many, and no more than some 64 MiB of keys.
struct RecentTable<Value: Sendable>: Sendable {
  private static var byteLimit: Int { 32 << 20 }

  private let capacity: Int
  private var young: [[UInt8]: Value] = [:]
  private var old: [[UInt8]: Value] = [:]
  private var youngBytes = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The value of the key, as of use now; setting nil forgets it.
  subscript(key: [UInt8]) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      insert(value, key)
      return value
    }
    set {
      if let newValue {
        insert(newValue, key)
      } else {
        if young.removeValue(forKey: key) != nil { youngBytes -= key.count }
        old[key] = nil
      }
    }
  }

  /// Changes the value of a key in its place, as of use now.
  ///
  /// - Parameter make: the value that it has where there is none yet.
  mutating func update<Result>(
    _ key: [UInt8], _ make: @autoclosure () -> Value, _ body: (inout Value) -> Result
  ) -> Result {
    if let place = young.index(forKey: key) { return body(&young.values[place]) }
    var value = old.removeValue(forKey: key) ?? make()
    let result = body(&value)
    insert(value, key)
    return result
  }

  /// Takes up another one's keys and values in place of its own; the capacity stays.
  mutating func takeOver(_ other: RecentTable) {
    (young, old, youngBytes) = (other.young, other.old, other.youngBytes)
  }

  /// Calls `body` with each key.
  func forEach(_ body: ([UInt8], Value) -> Void) {
    for (key, value) in young { body(key, value) }
    for (key, value) in old where young[key] == nil { body(key, value) }
  }

  private mutating func insert(_ value: Value, _ key: [UInt8]) {
    if young.updateValue(value, forKey: key) == nil { youngBytes += key.count }
    guard young.count >= capacity || youngBytes >= Self.byteLimit else { return }
    old = young
    young = [:]
    youngBytes = 0
  }
}
