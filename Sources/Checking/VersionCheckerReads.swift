import Positions

/// A read under way, with what it must show.
struct PendingVersionRead: Sendable {
  var session: UInt64
  var key: UInt64
  var needed: Int
  var guarantee: SessionGuarantee
  /// What had been acknowledged of the key when it began.
  var acknowledged: VersionVector
  /// Whether stand-ins could answer, or acknowledged writes be gone, when it began.
  var isLax: Bool
  var replicas: Int
}

/// What a session wrote and saw lately: of a key that it did not touch for long nothing is known.
struct VersionSession: Sendable {
  /// The attempts that made a version, the newest.
  private var made: [UInt32] = []
  private var wrote: [(key: UInt64, dot: Dot)] = []
  private var saw: [(key: UInt64, context: VersionVector)] = []
  private static let kept = 16

  /// Remembers what an attempt made; false: it has made one before.
  mutating func make(_ attempt: UInt32) -> Bool {
    if made.contains(attempt) { return false }
    if made.count == Self.kept { made.removeFirst() }
    made.append(attempt)
    return true
  }

  mutating func write(_ key: UInt64, _ dot: Dot) {
    if wrote.count == Self.kept { wrote.removeFirst() }
    wrote.append((key, dot))
  }

  mutating func forgetWrites() { wrote = [] }

  mutating func see(_ key: UInt64, _ context: VersionVector) {
    if let position = saw.firstIndex(where: { $0.key == key }) {
      saw[position].context.join(context)
      return
    }
    if saw.count == Self.kept { saw.removeFirst() }
    saw.append((key, context))
  }

  /// A write of its own that is not known.
  func ownWrite(of key: UInt64, where isMissing: (Dot) -> Bool) -> Dot? {
    wrote.first { $0.key == key && isMissing($0.dot) }?.dot
  }

  func seen(of key: UInt64) -> VersionVector? { saw.first { $0.key == key }?.context }
}

/// Reads: what they may miss, and what they must not.
extension VersionChecker {
  mutating func withSession(_ session: UInt64, _ body: (inout VersionSession) -> Void) {
    guard session < 1 << 20 else { return }
    let position = Int(session)
    while sessions.count <= position { sessions.append(VersionSession()) }
    body(&sessions[position])
  }

  /// A client's request makes one version at most, however often it is sent on.
  mutating func madeFor(_ request: UInt64, _ dot: Dot, at place: VersionKeys.Place) {
    guard request != 0 else { return }
    var isFirst = true
    withSession(request >> 32) { isFirst = $0.make(UInt32(truncatingIfNeeded: request)) }
    if !isFirst {
      around.violate(
        "\(dot) of \(keys[place].name) was made for attempt \(request & 0xFFFF_FFFF) of session "
          + "\(request >> 32), which had made a version before")
    }
  }

  mutating func invoked(
    _ id: UInt64, _ session: UInt64, _ key: UInt64, _ needed: Int, _ guarantee: SessionGuarantee
  ) {
    let acknowledged = keys.place(of: key).map { keys[$0].acknowledged } ?? VersionVector()
    reads[id] = PendingVersionRead(
      session: session, key: key, needed: needed, guarantee: guarantee,
      acknowledged: acknowledged, isLax: !around.promise.strict || around.mayLose,
      replicas: around.mostReplicas)
  }

  mutating func returned(
    _ id: UInt64, _ node: NodeID, _ context: VersionVector, _ versions: DotList
  ) {
    guard let read = reads.removeValue(forKey: id) else { return }
    defer {
      if read.guarantee != .none {
        withSession(read.session) { $0.see(read.key, context) }
      }
    }
    guard let place = keys.place(of: read.key) else { return }
    keys[place].answered(node, context, versions, &around)
    if !read.acknowledged.isEmpty {
      around.ledger.readsThatCouldBeStale += 1
      let missed = keys[place].missed(of: read.acknowledged, by: context)
      if let missed { keys[place].stale(read, node, missed, &around) }
    }
    guard read.guarantee != .none, read.session < sessions.count else { return }
    let session = sessions[Int(read.session)]
    if read.guarantee != .monotonic {
      let own = session.ownWrite(of: read.key) { dot in
        keys[place].acknowledged.covers(dot) && !context.covers(dot)
          && !keys[place].isForgotten(dot)
      }
      if let own {
        around.breakGuarantee(
          "\(node) answered session \(read.session) without its own write \(own) of "
            + keys[place].name)
      }
    }
    if read.guarantee != .readYourWrites, let seen = session.seen(of: read.key),
      let missed = keys[place].missed(of: seen, by: context)
    {
      around.breakGuarantee(
        "\(node) answered session \(read.session) without \(missed) of \(keys[place].name), which "
          + "it had seen")
    }
  }
}

extension KeyFacts {
  /// An answer shows the versions that stand in what it knows, all of them and no others.
  func answered(
    _ node: NodeID, _ context: VersionVector, _ told: DotList, _ around: inout Circumstances
  ) {
    let versions = Self.sorted(told)
    if isPartial { return }
    if let gone = dropped(context, versions) {
      around.violate("\(node) answered a read of \(name) without \(gone), which stands")
    }
    if let (old, new) = superseded(context, versions) {
      around.violate("\(node) answered a read of \(name) with \(old), whose place \(new) took")
    }
  }

  /// The first of `wanted` that is not known and need be.
  func missed(of wanted: VersionVector, by context: VersionVector) -> Dot? {
    if context.covers(wanted) { return nil }
    return wanted.entries.first { !context.covers($0) && !collected.covers($0) }
  }

  /// A read missed an acknowledged version: quorums that intersect do not permit that.
  func stale(
    _ read: PendingVersionRead, _ node: NodeID, _ missed: Dot, _ around: inout Circumstances
  ) {
    around.ledger.staleReads += 1
    let replicas = max(read.replicas, around.mostReplicas)
    let isForbidden =
      replicas > 1 && read.needed + leastNeeded > replicas && !read.isLax
      && around.promise.strict && !hadLaxAcknowledgement && !around.mayLose && !hasMoved
    if isForbidden {
      around.violate(
        "\(node) answered a read of \(name) without \(missed), which had been acknowledged before: "
          + "R \(read.needed) + W \(leastNeeded) > N \(replicas)")
    } else if !around.staleReadTold {
      around.staleReadTold = true
      around.find(
        "\(node) answered a read of \(name) without \(missed), which had been acknowledged before; "
          + "more stale reads are only counted")
    }
  }
}

extension Circumstances {
  /// A session was shown less than it was promised.
  mutating func breakGuarantee(_ text: String) {
    if isLossy { find("\(text): disks were lost") } else { violate(text) }
  }
}
