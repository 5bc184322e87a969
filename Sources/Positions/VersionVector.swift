/// How far each actor's writes are known: all of its dots up to a counter.
///
/// A join (least upper bound) is commutative, associative and idempotent.
public struct VersionVector: Hashable, Sendable, CustomStringConvertible {
  /// Actors with what is known of them, by actor; no counter is zero.
  public private(set) var entries: [Dot]

  /// Nothing is known.
  public init() { entries = [] }

  /// What these dots, and all before each, come to.
  public init(_ dots: some Sequence<Dot>) {
    entries = []
    for dot in dots { insert(dot) }
  }

  /// Whether nothing is known.
  public var isEmpty: Bool { entries.isEmpty }

  /// The last dot of `actor` that is known; zero when none is.
  public subscript(actor: Actor) -> UInt64 {
    let position = lowerBound(actor)
    return position < entries.count && entries[position].actor == actor
      ? entries[position].counter : 0
  }

  /// Whether `dot` is known.
  public func covers(_ dot: Dot) -> Bool { self[dot.actor] >= dot.counter }

  /// Whether everything that `other` knows is known.
  public func covers(_ other: VersionVector) -> Bool {
    other.entries.count <= entries.count && other.entries.allSatisfy { covers($0) }
  }

  /// Takes a dot in, and all before it.
  public mutating func insert(_ dot: Dot) {
    if dot.counter == 0 { return }
    let position = lowerBound(dot.actor)
    if position < entries.count, entries[position].actor == dot.actor {
      if entries[position].counter < dot.counter { entries[position].counter = dot.counter }
    } else {
      entries.insert(dot, at: position)
    }
  }

  /// Takes everything in that `other` knows.
  public mutating func join(_ other: VersionVector) {
    if entries == other.entries { return }
    for dot in other.entries { insert(dot) }
  }

  private func lowerBound(_ actor: Actor) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].actor < actor { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// `{n1.1:5 n3.2:1}`.
  public var description: String {
    "{" + entries.map(\.description).joined(separator: " ") + "}"
  }
}
