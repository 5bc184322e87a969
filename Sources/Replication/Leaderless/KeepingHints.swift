import Positions

/// A hint that is being handed over.
struct HintFlight: Sendable {
  var hint: UInt64
  var keyHash: UInt64
  var sent: Instant
}

extension LeaderlessReplica {
  static var hintPeriod: Interval { .seconds(1) }
  /// After so long without an answer a hint is sent again.
  static var hintPatience: Interval { .seconds(2) }
  /// Hints under way at most.
  static var hintsInFlight: Int { 32 }

  /// Keeps a version for another node, with what is kept for it of the key already.
  mutating func keepHint(
    for target: NodeID, _ state: KeyState, of key: [UInt8], _ keyHash: UInt64, dots: DotList,
    then: Parked.Then, into effects: inout [PeerEffect]
  ) {
    let old = hints.hint(for: target, key, keyHash)
    var hint =
      old
      ?? Hint(
        number: head.index.next.rawValue, target: target, born: now.steady, key: key,
        keyHash: keyHash, state: state)
    var isNew = true
    if old != nil {
      var meetings: [Meeting] = []
      let merging = policy.merging(key)
      isNew = merging.join(state, into: &hint.state, &meetings)
      for meeting in meetings {
        effects.append(.note(.met(key: key, rule: merging.rule, meeting)))
      }
    }
    if isNew {
      hint.born = now.steady
      // What is under way says less.
      hint.flight = 0
      log.append(
        .hint(id: hint.number, for: target, born: hint.born, key: key, hint.state))
      hints.put(hint)
      if old == nil { effects.append(.note(.hinted(for: target, hint: hint.number))) }
      setTimer(.hints, Self.hintPeriod, into: &effects)
    }
    park(
      Parked(
        index: head.index, keyHash: keyHash, dots: dots, hintFor: target, hint: hint.number,
        then: then))
  }

  /// Hands hints over to those who are up, and gives old ones up.
  mutating func handHintsOver(into effects: inout [PeerEffect]) {
    for place in hintFlights.values.indices {
      if let flight = hintFlights.values[place], flight.sent + Self.hintPatience <= now.steady {
        hints.setFlight(0, of: flight.hint, flight.keyHash)
        hintFlights.remove(at: place)
      }
    }
    if let window = knobs.hintWindow, !isDiskFull { expireHints(window, into: &effects) }
    sendHints(into: &effects)
    if hints.count > 0 { setTimer(.hints, Self.hintPeriod, into: &effects) }
  }

  private mutating func expireHints(_ window: Interval, into effects: inout [PeerEffect]) {
    for number in 0..<HintStore.bucketCount {
      for hint in hints.bucket(at: number) where hint.born + window <= now.steady {
        finish(hint, .hintExpired(hint: hint.number), into: &effects)
      }
    }
  }

  /// Sends as many hints as may be under way.
  private mutating func sendHints(into effects: inout [PeerEffect]) {
    guard !isDiskFull,
      hints.counts.contains(where: { isUp($0.target) || !isMember($0.target) })
    else { return }
    for _ in 0..<HintStore.bucketCount {
      for hint in hints.bucket(at: hintCursor) where hint.flight == 0 {
        guard hintFlights.count < Self.hintsInFlight else { return }
        send(hint, into: &effects)
      }
      hintCursor = (hintCursor + 1) % HintStore.bucketCount
    }
  }

  private mutating func send(_ hint: Hint, into effects: inout [PeerEffect]) {
    var target = hint.target
    if !isMember(target) {
      // It went for good: whoever is the key's replica now shall have it.
      let replicas = ring.preferenceList(hash: hint.keyHash, count: replicaCount)
      guard let next = replicas.first(where: isUp) else { return }
      target = next
    }
    guard isUp(target) else { return }
    if target == id {
      learn(hint.state, of: hint.key, hint.keyHash, then: .nothing, into: &effects)
      return finish(hint, hint.delivered(to: nil), into: &effects)
    }
    let flight = hintFlights.insert(
      HintFlight(hint: hint.number, keyHash: hint.keyHash, sent: now.steady))
    hints.setFlight(flight, of: hint.number, hint.keyHash)
    effects.append(
      .send(.store(id: flight, key: hint.key, hint.state, hintFor: nil), to: target))
    if isPlanted(.hintsAreDoneWhenSent) {
      finish(hint, hint.delivered(to: target), into: &effects)
    }
  }

  /// A hint's node has what was sent.
  mutating func hintStored(
    _ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let place = hintFlights.place(of: number), let flight = hintFlights.values[place] else {
      return
    }
    hintFlights.remove(at: place)
    let bucket = hints.bucket(at: HintStore.bucket(flight.keyHash))
    // One that was added to meanwhile goes again.
    if let hint = bucket.first(where: { $0.number == flight.hint && $0.flight == number }) {
      finish(hint, hint.delivered(to: node), into: &effects)
    }
    if hintFlights.count <= Self.hintsInFlight / 2 { sendHints(into: &effects) }
  }

  private mutating func finish(
    _ hint: Hint, _ note: PeerNote, into effects: inout [PeerEffect]
  ) {
    guard hints.remove(hint.number, hint.keyHash) != nil else { return }
    log.append(.hintDone(id: hint.number))
    if !isSilent(note) { effects.append(.note(note)) }
    if store[hint.key]?.knows(hint.state) != true { forgot(dotsOf: hint.state, hint.keyHash) }
    if store[hint.key] == nil, !hints.contains(hint.key, hint.keyHash) {
      effects.append(.note(.forgot(key: hint.key, because: .handedOver)))
    }
  }
}
