import Checking
import Positions

/// What the nodes of the random store do.
extension VersionModel {
  mutating func write(_ node: Int, _ key: Int) {
    let rule = Self.rules[key]
    var state = memory[node][key]
    let counter = state.context[actors[node]] + (mutation == .dotReused && random(5) == 0 ? 0 : 1)
    let dot = Dot(actor: actors[node], counter: max(1, counter))
    // What the client knows it read from any node, or it knows nothing.
    var past = random(4) == 0 ? VersionVector() : memory[random(3)][key].context
    var entry = Entry(
      dot: dot, clock: Int64(random(40)), value: UInt64(random(3)), count: 0, isTombstone: false)
    var leaves = true
    var count: Int64 = 0
    let before = state.entries
    switch rule {
    case .lastWriterWins:
      past = state.context
      entry.isTombstone = random(3) == 0
    case .siblings: state.entries.removeAll { past.covers($0.dot) }
    case .counter:
      let own = before.first { $0.dot.actor == dot.actor }
      past = VersionVector(own.map { [$0.dot] } ?? [])
      count = Int64(random(9)) - 4
      entry.count = (own?.count ?? 0) + count
      state.entries.removeAll { $0.dot.actor == dot.actor }
    case .set:
      past = state.context
      leaves = random(3) > 0
      entry.isTombstone = !leaves
      state.entries.removeAll { $0.value == entry.value }
    }
    tell(
      .created(
        keyHash: UInt64(key), key: "k\(key)", rule: rule, dot: dot, past: past,
        clock: Instant(nanoseconds: entry.clock), value: entry.value, count: count,
        isTombstone: entry.isTombstone, leavesVersion: leaves))
    writes.append(Write(key: key, dot: dot))
    state.context.join(past)
    state.context.insert(dot)
    if leaves { state.entries.append(entry) }
    if rule == .lastWriterWins, let old = before.first {
      let wins = beats(entry, old)
      if wins ? !past.covers(old.dot) : true {
        let ending: VersionEnding =
          !wins && past.covers(old.dot) ? .lostByClock : .lastWriterWon
        end(wins ? old : entry, wins ? entry : old, ending, key, node)
      }
      state.entries = [wins ? entry : old]
    }
    hold(node, key, state)
    for other in 0..<3 where other != node && random(4) > 0 {
      queue.append(Message(to: other, key: key, state: memory[node][key]))
    }
    if random(2) == 0 { sync(node, key) }
  }

  func beats(_ one: Entry, _ other: Entry) -> Bool {
    func order(_ entry: Entry) -> (Int64, Int, UInt64, Dot) {
      (entry.clock, entry.isTombstone ? 1 : 0, entry.value, entry.dot)
    }
    return order(one) > order(other)
  }

  mutating func end(
    _ loser: Entry, _ winner: Entry, _ ending: VersionEnding, _ key: Int, _ node: Int
  ) {
    tell(
      .ended(
        keyHash: UInt64(key), loser: loser.dot, loserClock: Instant(nanoseconds: loser.clock),
        winner: winner.dot, winnerClock: Instant(nanoseconds: winner.clock), ending,
        by: NodeID(node + 1)))
  }

  mutating func hold(_ node: Int, _ key: Int, _ state: State) {
    var state = state
    state.entries.sort { $0.dot < $1.dot }
    if memory[node][key] == state { return }
    memory[node][key] = state
    tell(
      .holds(
        node: NodeID(node + 1), keyHash: UInt64(key), context: state.context,
        versions: DotList(state.dots)))
  }

  /// Two states as one, with both of two last writers.
  func join(_ mine: State, _ other: State) -> State {
    var joined = mine
    joined.context.join(other.context)
    joined.entries = mine.entries.filter {
      other.entries.contains($0) || !other.context.covers($0.dot)
    }
    joined.entries += other.entries.filter {
      !mine.entries.contains($0) && !mine.context.covers($0.dot)
    }
    return joined
  }

  mutating func receive(_ message: Message) {
    let (mine, other) = (memory[message.to][message.key], message.state)
    var joined = join(mine, other)
    if Self.rules[message.key] == .lastWriterWins, joined.entries.count > 1 {
      let (one, two) = (joined.entries[0], joined.entries[1])
      let isFirst = beats(one, two) != (mutation == .earlierClockWins)
      end(isFirst ? two : one, isFirst ? one : two, .lastWriterWon, message.key, message.to)
      joined.entries = [isFirst ? one : two]
    }
    switch mutation {
    case .joinOverwrites where random(10) == 0: joined = other
    case .joinDropsEntries where random(10) == 0: joined.entries = other.entries
    case .joinLearnsOnlyContexts where random(10) == 0: joined.entries = mine.entries
    default: break
    }
    hold(message.to, message.key, joined)
    if random(2) == 0 { sync(message.to, message.key) }
  }

  mutating func sync(_ node: Int, _ key: Int) {
    let before = disk[node][key].context
    if mutation != .diskForgets || random(2) == 0 { disk[node][key] = memory[node][key] }
    let context = memory[node][key].context
    for write in writes where write.key == key && context.covers(write.dot) {
      if before.covers(write.dot) { continue }
      tell(
        .stored(node: NodeID(node + 1), keyHash: UInt64(key), dot: write.dot, hintFor: nil))
    }
  }

  mutating func acknowledge() {
    for position in writes.indices where !writes[position].isAcknowledged {
      let write = writes[position]
      let copies = disk.reduce(0) { $0 + ($1[write.key].context.covers(write.dot) ? 1 : 0) }
      guard copies >= 2 || mutation == .ackedEarly && random(4) == 0 else { continue }
      writes[position].isAcknowledged = true
      tell(
        .acknowledged(
          keyHash: UInt64(write.key), dot: write.dot, needed: 2, session: UInt64(random(4))))
    }
  }

  mutating func read(_ key: Int) {
    reads += 1
    tell(
      .readInvoked(
        id: reads, session: UInt64(random(4)), keyHash: UInt64(key), needed: 2, guarantee: .none))
    let (one, other) = (random(3), random(2) + 1)
    var found = memory[one][key]
    if mutation != .readsOneReplica { found = join(found, memory[(one + other) % 3][key]) }
    if Self.rules[key] == .lastWriterWins, found.entries.count > 1 {
      found.entries.sort { beats($0, $1) }
      found.entries.removeLast()
    }
    if mutation == .readsHideVersions { found.entries = Array(found.entries.dropLast()) }
    tell(
      .readReturned(
        id: reads, servedBy: NodeID(one + 1), context: found.context, versions: DotList(found.dots))
    )
  }

  mutating func restart(_ node: Int) {
    tell(.crashed(node: NodeID(node + 1)))
    begin(node, incarnation: actors[node].incarnation + 1, generation: 0)
    tell(.started(node: NodeID(node + 1), actor: actors[node], lostDisk: false))
    for key in 0..<4 where !disk[node][key].context.isEmpty {
      memory[node][key] = State()
      hold(node, key, disk[node][key])
    }
    for key in 0..<4 where disk[node][key].context.isEmpty { memory[node][key] = State() }
  }

  mutating func begin(_ node: Int, incarnation: UInt64, generation: UInt64) {
    actors[node] = Actor(
      node: NodeID(node + 1), incarnation: incarnation, generation: generation)
  }

  /// A tombstone goes once all have it; what is under way and older goes with it.
  mutating func forget(_ node: Int) {
    let key = 0
    guard let entry = memory[node][key].entries.first, entry.isTombstone else { return }
    let isOnAll = (0..<3).allSatisfy {
      disk[$0][key].context.covers(entry.dot) && memory[$0][key].context.covers(entry.dot)
    }
    guard isOnAll || mutation == .tombstoneEarly else { return }
    queue.removeAll { $0.key == key }
    memory[node][key] = State()
    disk[node][key] = State()
    begin(node, incarnation: actors[node].incarnation, generation: actors[node].generation + 1)
    tell(.forgot(node: NodeID(node + 1), keyHash: UInt64(key), .tombstone))
  }

  mutating func hint() {
    if hints.isEmpty || random(2) == 0 {
      hintCount += 1
      hints.append(hintCount)
      tell(.hinted(node: NodeID(1), for: NodeID(2), hint: hintCount))
    } else {
      let hint = hints.removeFirst()
      tell(.hintDelivered(node: NodeID(1), hint: hint))
      if mutation == .hintTwice { tell(.hintDelivered(node: NodeID(1), hint: hint)) }
    }
    if !restarted { tell(.hintsWaiting(node: NodeID(1), count: hints.count)) }
  }

  var restarted: Bool { actors[0].incarnation > 1 }
}
