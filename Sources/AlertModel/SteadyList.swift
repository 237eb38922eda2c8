/// Objects that are gathered once and asked for every alert.
///
/// Whoever takes an object out of an array counts a reference to it and lets that go again: two atomic operations, for which
/// workers wait that share the object. The list keeps its objects, so that asking one of them counts nothing.
public struct SteadyList<Object: AnyObject & Sendable>: Sendable {
  private let kept: [Object]
  @usableFromInline let objects: [Unmanaged<Object>]

  public init(_ objects: [Object]) {
    kept = objects
    self.objects = objects.map(Unmanaged.passUnretained)
  }

  @inlinable public var indices: Range<Int> { objects.indices }

  /// Calls `body` with the object at that place.
  @inlinable @inline(__always)
  public func with<Result>(_ place: Int, _ body: (Object) -> Result) -> Result {
    objects[place]._withUnsafeGuaranteedRef(body)
  }
}
