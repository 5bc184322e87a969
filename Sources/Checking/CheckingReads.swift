import Positions

/// Whether reads show what they must.
extension Checker {
  /// Says that ``noteAcknowledged(_:term:index:session:)`` of a key will come soon.
  public func prepare(_ key: UInt64) { keys.prefetch(key) }

  /// Notes that `session` was told: its write of a key, the record `index` of `term`, is safe.
  ///
  /// - Parameter again: whether it had been sent before. An earlier record of it may be the one that
  ///   counts, so that the key's version may be that one's.
  public mutating func noteAcknowledged(
    _ key: UInt64, term: Term, index: Index, session: UInt64, again: Bool = false
  ) {
    let version = Version(term: term, index: index)
    if ledger.isLost(term, index) { return }
    if !again { keys.note(key, version) }
    if version > everything { everything = version }
    var wrote = Version.none
    withSession(session) {
      wrote = $0.wrote
      $0.wrote = version
    }
    if version < wrote, !wasUnfenced, !wasForced, !ledger.isLost(wrote.term, wrote.index) {
      violate(
        "session \(session)'s write is record \(index) of term \(term.epoch), before its write "
          + "\(wrote.index) of term \(wrote.term.epoch)")
    }
  }

  mutating func withSession(_ session: UInt64, _ body: (inout Session) -> Void) {
    let position = Int(session)
    guard position < 1 << 20 else { return }
    while sessions.count <= position { sessions.append(Session()) }
    body(&sessions[position])
  }

  mutating func invoked(
    _ id: UInt64, _ session: UInt64, _ key: UInt64, _ guarantee: SessionGuarantee
  ) {
    let newest = keys.newest(key)
    let everything = everything
    withSession(session) {
      $0.read = PendingRead(
        id: id, guarantee: guarantee, key: key, newestOfKey: newest, own: $0.wrote, saw: $0.saw,
        everything: everything)
    }
  }

  mutating func forget(_ id: UInt64) {
    withSession(id >> 32) { if $0.read?.id == id { $0.read = nil } }
  }

  mutating func returned(
    _ id: UInt64, _ node: NodeID, _ version: Version, _ through: Index
  ) {
    let session = id >> 32
    guard Int(session) < sessions.count, let read = sessions[Int(session)].read, read.id == id
    else { return }
    withSession(session) {
      $0.read = nil
      $0.saw = max($0.saw, through)
    }
    let isStale =
      version < read.newestOfKey
      && !ledger.isLost(read.newestOfKey.term, read.newestOfKey.index)
    if isStale { ledger.staleReads += 1 }
    func lost(_ version: Version) -> Bool { ledger.isLost(version.term, version.index) }
    switch read.guarantee {
    case .none: break
    case .readYourWrites:
      if through < read.own.index, !lost(read.own) {
        let text =
          "\(node) answered session \(session) from record \(through), before its own write "
          + "\(read.own.index)"
        // With two leaders at once the session may have written to both, each counting its own way.
        if wasUnfenced { find(text) } else { violate(text) }
      }
    case .monotonic:
      if through < read.saw {
        violate(
          "\(node) answered session \(session) from record \(through), but it had seen \(read.saw)")
      }
    case .linearizable:
      guard !lost(read.everything), isStale || through < read.everything.index else { break }
      let text =
        "\(node) answered a linearizable read from record \(through), but record "
        + "\(max(read.everything.index, read.newestOfKey.index)) had been acknowledged before"
      let isFenced =
        isStale && read.newestOfKey.term > unfencedThrough
        || through < read.everything.index && read.everything.term > unfencedThrough
      let isForbidden = fencing && isFenced && !wasForced && !committedWasLost
      if isForbidden { violate(text) } else { find(text) }
    }
    if read.guarantee == .linearizable { checkClean(node, version) }
    guard version.index > .zero, !lost(version) else { return }
    if version > everything, read.guarantee == .linearizable { everything = version }
  }

  /// A linearizable read shows nothing that was neither committed nor acknowledged: it may yet go.
  private mutating func checkClean(_ node: NodeID, _ version: Version) {
    if version <= committed || version <= everything || version.index == .zero { return }
    if version.index <= ledger.acknowledgedThrough(version.term) || mayLoseCommitted { return }
    if [node, leaders.last?.node ?? node].contains(where: { mayAcknowledge($0, version.index) }) {
      return
    }
    violate(
      "\(node) answered a linearizable read with record \(version.index) of term "
        + "\(version.term.epoch), which was neither committed nor acknowledged")
  }

  /// Whether a leader was free to acknowledge its record at `index`, had a client waited for it: one
  /// of an earlier term is acknowledged to nobody.
  private func mayAcknowledge(_ node: NodeID, _ index: Index) -> Bool {
    guard let term = look(at: node, { $0.leads }) else { return false }
    let isDegraded = look(at: node) { $0.isDegraded }
    let promises = [requirement] + earlierPromises(to: node, index)
    return promises.contains { isKept($0, by: node, term, index, alone: isDegraded) }
  }
}
