import Positions

/// What a client's write does to a key.
public enum Change: Equatable, Sendable {
  /// Gives it a value.
  case value([UInt8])
  /// Deletes it; of a set, takes all elements out.
  case delete
  /// Adds to a counter; below zero: takes away.
  case add(Int64)
  /// Puts an element into a set.
  case insert([UInt8])
  /// Takes an element out of a set.
  case discard([UInt8])
}

/// Why a change can't be made to a key.
public enum ChangeProblem: Error, Equatable, Sendable {
  /// The key's type has no such change.
  case wrongType(MergeRule)
  /// A counter that only grows was to shrink.
  case onlyGrows
  /// The element is not in the set.
  case noSuchElement
}

/// How a version lost its place, or that it has to share it.
public enum Outcome: Equatable, Sendable {
  /// The later clock won between two that did not know of one another.
  case lastWriterWon
  /// A write that knew of the other lost to it: the writers' clocks differ.
  case lostByClock
  /// Both are in the merged value.
  case merged
  /// Both are kept.
  case kept
}

/// Two versions that met, neither knowing of the other, or a write that came too late by its clock.
public struct Meeting: Equatable, Sendable {
  /// The version that stands; where both do, that of the lesser dot.
  public var winner: KeyState.Entry
  /// The other.
  public var loser: KeyState.Entry
  /// How it ended.
  public var outcome: Outcome
}

extension KeyState {
  /// The next dot of `actor` for this key.
  public func next(of actor: Actor) -> Dot {
    Dot(actor: actor, counter: context[actor] + 1)
  }

  /// Makes `dot`, a client's change.
  ///
  /// - Parameters:
  ///   - seen: what the client knew of the key; nil: all that is known here.
  ///   - clock: what the writer's clock says.
  ///   - meetings: versions that it stands beside, or that it loses to, are appended.
  /// - Throws: what the key's type can't do; nothing is changed then.
  public mutating func change(
    _ change: Change, rule: MergeRule, dot: Dot, clock: Instant, seen: VersionVector?,
    meetings: inout [Meeting]
  ) throws(ChangeProblem) {
    switch (rule, change) {
    case (.lastWriterWins, .value(let value)):
      compete(Entry(dot: dot, clock: clock, payload: value), &meetings)
    case (.lastWriterWins, .delete):
      compete(Entry(dot: dot, clock: clock, payload: nil), &meetings)
    case (.siblings, .value(let value)):
      replace(with: Entry(dot: dot, clock: clock, payload: value), seen: seen, &meetings)
    case (.siblings, .delete):
      replace(with: Entry(dot: dot, clock: clock, payload: nil), seen: seen, &meetings)
    case (.counter, .add(let count)): add(count, dot: dot, clock: clock)
    case (.growCounter, .add(let count)):
      guard count >= 0 else { throw .onlyGrows }
      add(count, dot: dot, clock: clock)
    case (.set, .insert(let element)):
      entries.removeAll { $0.payload == element }
      insert(Entry(dot: dot, clock: clock, payload: element))
    case (.set, .discard(let element)):
      guard entries.contains(where: { $0.payload == element }) else { throw .noSuchElement }
      entries.removeAll { $0.payload == element }
      context.insert(dot)
    case (.set, .delete):
      entries.removeAll()
      context.insert(dot)
    default: throw .wrongType(rule)
    }
  }

  /// A last-writer-wins write: what the client knew of does not count, its clock does.
  private mutating func compete(_ new: Entry, _ meetings: inout [Meeting]) {
    context.insert(new.dot)
    guard let standing = entries.first else {
      entries = [new]
      return
    }
    if new.wins(over: standing) {
      entries = [new]
    } else {
      meetings.append(Meeting(winner: standing, loser: new, outcome: .lostByClock))
    }
  }

  private mutating func replace(
    with new: Entry, seen: VersionVector?, _ meetings: inout [Meeting]
  ) {
    let known = seen ?? context
    entries.removeAll { known.covers($0.dot) }
    for other in entries { meetings.append(Meeting(other, new, .kept)) }
    context.join(known)
    insert(new)
  }

  private mutating func add(_ count: Int64, dot: Dot, clock: Instant) {
    let own = entries.firstIndex { $0.dot.actor == dot.actor }
    var totals =
      own.flatMap { entries[$0].payload }.flatMap { CounterTotals($0) } ?? CounterTotals()
    if count >= 0 { totals.up &+= UInt64(count) } else { totals.down &+= count.magnitude }
    if let own { entries.remove(at: own) }
    insert(Entry(dot: dot, clock: clock, payload: totals.payload))
  }

  mutating func insert(_ entry: Entry) {
    context.insert(entry.dot)
    let position = entries.firstIndex { $0.dot > entry.dot } ?? entries.count
    entries.insert(entry, at: position)
  }
}

extension KeyState.Entry {
  /// The order of last-writer-wins: clock, tombstone, value, dot.
  func wins(over other: KeyState.Entry) -> Bool {
    if clock != other.clock { return clock > other.clock }
    switch (payload, other.payload) {
    case (nil, .some): return true
    case (.some, nil): return false
    case (.some(let mine), .some(let theirs)) where mine != theirs:
      return theirs.lexicographicallyPrecedes(mine)
    default: return dot > other.dot
    }
  }
}

extension Meeting {
  /// Two versions that both stand.
  init(_ one: KeyState.Entry, _ other: KeyState.Entry, _ outcome: Outcome) {
    let isFirst = one.dot < other.dot
    self.init(
      winner: isFirst ? one : other, loser: isFirst ? other : one, outcome: outcome)
  }
}
