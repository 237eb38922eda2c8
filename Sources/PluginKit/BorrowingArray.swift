/// Objects that are made once and asked on every alert's way. To take one out of an array costs a reference, which threads
/// contend for; to ask it where it is costs none.
public struct BorrowingArray<Object: AnyObject & Sendable>: Sendable {
  /// Keeps them.
  private let objects: [Object]
  @usableFromInline let borrowed: [Unmanaged<Object>]

  public init(_ objects: [Object]) {
    self.objects = objects
    borrowed = objects.map { Unmanaged.passUnretained($0) }
  }

  /// Calls `body` with the object in that place.
  @inlinable
  public func ask<Answer>(_ place: Int, _ body: (Object) -> Answer) -> Answer {
    borrowed[place]._withUnsafeGuaranteedRef { body($0) }
  }
}

extension BorrowingArray: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { borrowed.count }
  public subscript(place: Int) -> Object { objects[place] }
}
