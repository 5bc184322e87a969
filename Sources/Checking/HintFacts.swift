import Positions

/// The hints that one node keeps for others.
struct HintFacts: Sendable {
  /// What becomes of an observation of a hint.
  enum Judgement: Equatable { case right, wrong }

  /// Hints in a few buckets, so that a copy shares what is not written to afterwards; each in the
  /// order of their making, which is about that of their end.
  private struct Bag: Sendable {
    private var buckets = [[UInt64]](repeating: [], count: 32)

    func contains(_ hint: UInt64) -> Bool { buckets[Int(hint % 32)].contains(hint) }
    mutating func insert(_ hint: UInt64) { buckets[Int(hint % 32)].append(hint) }
    mutating func remove(_ hint: UInt64) -> Bool {
      guard let position = buckets[Int(hint % 32)].firstIndex(of: hint) else { return false }
      buckets[Int(hint % 32)].remove(at: position)
      return true
    }
  }

  private var waiting = Bag()
  /// Hints from before the process began that ended since: each may do so once, since what was noted
  /// of its end may be gone with the process.
  private var ended = Bag()
  /// Those that wait and are on the keeper's disk.
  private var safe = Bag()
  private var safeCount = 0
  /// How many wait at least after a restart: those that were on its disk, and have not ended since.
  private(set) var least = 0
  /// The greatest hint from before the process began.
  private var oldThrough: UInt64 = 0
  private var greatest: UInt64 = 0
  /// How many wait; nil after a restart until the node has said how many are left.
  private(set) var count: Int? = 0

  mutating func begin(_ hint: UInt64) -> Judgement {
    if waiting.contains(hint) { return .wrong }
    waiting.insert(hint)
    _ = ended.remove(hint)
    greatest = max(greatest, hint)
    count = count.map { $0 + 1 }
    return .right
  }

  /// One is on the keeper's disk.
  mutating func becameSafe(_ hint: UInt64) {
    guard waiting.contains(hint), !safe.contains(hint) else { return }
    safe.insert(hint)
    safeCount += 1
  }

  mutating func end(_ hint: UInt64) -> Judgement {
    if safe.remove(hint) { safeCount -= 1 }
    least = max(0, least - 1)
    if !waiting.remove(hint) {
      if hint > oldThrough || ended.contains(hint) { return .wrong }
      ended.insert(hint)
    }
    count = count.map { $0 - 1 }
    return .right
  }

  mutating func tell(_ said: Int, areLost: Bool) -> Judgement {
    defer {
      count = said
      least = 0
    }
    if count == nil, said < least, !areLost { return .wrong }
    if greatest == 0, oldThrough == 0, count == 0, said > 0 {
      // The files of an earlier run have some.
      oldThrough = .max
      return .right
    }
    return count == nil || count == said ? .right : .wrong
  }

  /// The keeper's process ended: which hints are left its disk will tell.
  mutating func forget() {
    // One that ends twice in a row has not told of those that its disk still has.
    least += safeCount
    safe = Bag()
    safeCount = 0
    waiting = Bag()
    ended = Bag()
    oldThrough = greatest
    count = nil
  }
}
