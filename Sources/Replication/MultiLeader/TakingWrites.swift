import Positions
import Records

// Clients' requests: a leader answers from what it has.
extension MultiLeaderReplica {
  mutating func take(
    _ request: PeerRequest, clock: PeerClock, into effects: inout [PeerEffect]
  ) {
    switch request.kind {
    case .read: read(request, into: &effects)
    case .change(let change, let seen):
      guard !isDiskFull else {
        effects.append(.answer(request.id, .refused(.diskFull)))
        return
      }
      write(request, change, seen: seen, clock: clock, into: &effects)
    }
  }

  private mutating func write(
    _ request: PeerRequest, _ change: Change, seen: VersionVector?, clock: PeerClock,
    into effects: inout [PeerEffect]
  ) {
    let key = request.key
    let keyHash = VersionedStore.hash(of: key)
    let merging = policy.merging(key)
    let rule = merging.rule
    let actor = actor
    var meetings: [Meeting] = []
    var made: (state: KeyState, dot: Dot, past: VersionVector)?
    var problem: ChangeProblem?
    store.update(key, keyHash: keyHash) { state in
      let dot = state.next(of: actor)
      // A last writer's clock counts, not what its client knew.
      let past = rule == .siblings ? seen ?? state.context : state.context
      do throws(ChangeProblem) {
        try merging.make(
          change, in: &state, dot: dot, clock: clock.wall, seen: seen, &meetings)
        made = (state, dot, past)
      } catch {
        problem = error
      }
    }
    guard let made else {
      if let problem { effects.append(.answer(request.id, .refused(.problem(problem)))) }
      return
    }
    let sequence = applied[actor] + 1
    let place = Dot(actor: actor, counter: sequence)
    var depends = VersionVector(
      applied.entries.filter { $0.actor != actor && lastDepends[$0.actor] < $0.counter })
    if isPlanted(.dependenciesAreNotTold) { depends = VersionVector() }
    lastDepends = applied
    applied.insert(place)
    effects.append(
      .note(
        .created(
          key: key, keyHash: keyHash, rule: rule, change, dot: made.dot, past: made.past,
          clock: clock.wall,
          request: request.id)))
    effects.append(.note(.applied(origin: actor, sequence: sequence, depends: depends)))
    log.append(
      .write(
        StreamedWrite(
          dot: place, depends: depends, key: key, state: made.state,
          ahead: ahead ?? VersionVector())))
    mark(log.head.index)
    tell(key, rule, meetings, into: &effects)
    waiting.append(
      WaitingWrite(
        index: log.head.index, request: request.id, place: place, keyHash: keyHash, dot: made.dot,
        context: made.state.context))
  }

  /// What became of a key, for those who watch.
  func tell(
    _ key: [UInt8], _ rule: MergeRule, _ meetings: [Meeting], into effects: inout [PeerEffect]
  ) {
    for meeting in meetings { effects.append(.note(.met(key: key, rule: rule, meeting))) }
    if let state = store[key] {
      effects.append(.note(.holds(key: key, keyHash: VersionedStore.hash(of: key), state)))
    }
  }

  private mutating func read(_ request: PeerRequest, into effects: inout [PeerEffect]) {
    if applied.covers(request.floor) || isPlanted(.leadersIgnoreSessions) {
      effects.append(
        .answer(request.id, .value(store[request.key] ?? KeyState(), applied: applied)))
    } else {
      parked.append(request)
    }
  }

  /// Serves the reads whose sessions' writes have come.
  mutating func serveParked(into effects: inout [PeerEffect]) {
    if parked.isEmpty { return }
    let ready = parked.filter { applied.covers($0.floor) }
    guard !ready.isEmpty else { return }
    parked.removeAll { applied.covers($0.floor) }
    for request in ready { read(request, into: &effects) }
  }

  /// Answers the writes that are safe now, and streams them.
  mutating func becameSafe(into effects: inout [PeerEffect]) {
    let safe = log.safe(policy)
    // What counts without being synced first is not on the disk for that.
    let durable = policy.syncsEveryBatch ? safe : log.flushed.index
    if durable >= log.head.index { effects.append(.note(.appliedIsSafe)) }
    while let write = waiting.first, write.index <= safe {
      waiting.removeFirst()
      effects.append(
        .note(.stored(keyHash: write.keyHash, dot: write.dot, hintFor: nil)))
      effects.append(
        .answer(
          write.request,
          .written(
            dot: write.dot, needed: 1, context: write.context,
            applied: VersionVector([write.place]))))
    }
    for position in streams.indices { pump(position, into: &effects) }
  }
}
