/// A few dots in the order in which they were put in; one costs no memory of its own.
public struct DotList: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
  @usableFromInline var head: Dot?
  @usableFromInline var tail: [Dot] = []

  /// No dots.
  @inlinable public init() {}

  /// One dot.
  @inlinable public init(_ dot: Dot) { head = dot }

  /// These dots.
  @inlinable public init(_ dots: some Sequence<Dot>) {
    for dot in dots { append(dot) }
  }

  @inlinable public init(arrayLiteral dots: Dot...) { self.init(dots) }

  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { head == nil ? 0 : 1 + tail.count }

  @inlinable public subscript(position: Int) -> Dot {
    if position > 0 { return tail[position - 1] }
    guard let head, position == 0 else { preconditionFailure("there is such a dot") }
    return head
  }

  /// Puts a dot behind the others.
  @inlinable public mutating func append(_ dot: Dot) {
    if head == nil { head = dot } else { tail.append(dot) }
  }
}
