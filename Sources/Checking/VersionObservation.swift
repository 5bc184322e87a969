import Positions

/// How a version ended that another took the place of.
public enum VersionEnding: Equatable, Sendable {
  /// The later clock won between two that did not know of one another.
  case lastWriterWon
  /// It knew of what it lost to: the writers' clocks differ.
  case lostByClock
  /// Both are in the merged value.
  case merged
  /// Both are kept.
  case kept
}

/// How a key's conflicts end, as the checker judges them.
public enum KeyRule: Equatable, Sendable {
  /// One version stands: that of the latest clock (ties: a tombstone, then the greater value, then the
  /// greater dot).
  case lastWriterWins
  /// All versions that nobody knew of stand.
  case siblings
  /// Each actor's newest total stands.
  case counter
  /// Elements stand that were added and not removed by who saw them.
  case set
}

/// Something that was seen of a cluster in which several nodes take writes of a key.
///
/// Keys go by a hash of their name, which comes with the observation that first needs it.
public enum VersionObservation: Sendable {
  /// What the knobs promise from here on. Without a leader: `replicas` N, `reads` R, `writes` W; with
  /// several leaders all are 1. `strict` says that no stand-in counts; `synced`, that disks are synced
  /// before anything is acknowledged; `tombstonesStay`, that tombstones stay until all have them;
  /// `hintsCount`, that a stand-in's copy makes a write (not where it is strict); `remembers`, that
  /// sessions keep in mind what they write from here on, as their reads' guarantee asks of them.
  case promised(
    replicas: Int, reads: Int, writes: Int, strict: Bool, synced: Bool, tombstonesStay: Bool,
    hintsCount: Bool = true, remembers: Bool = true)
  /// A node runs from its files; `lostDisk`: they were lost, or their end was. With several leaders
  /// `applied` is what it has of everybody's writes by them; nil: that is not known.
  case started(node: NodeID, actor: Actor, lostDisk: Bool, applied: VersionVector? = nil)
  /// A node's process ended.
  case crashed(node: NodeID)
  /// A node's disk was lost, or the node was removed for good: nothing comes back from it.
  case wiped(node: NodeID)
  /// A node's disk was damaged, or lied: what it made durable may be gone.
  case spoiled(node: NodeID)

  // MARK: Writes

  /// A coordinator made a version, knowing `past` of the key's others. An element's removal makes a
  /// dot, and leaves no version of its own: `leavesVersion` is false. `value` is a hash of the value, of
  /// a set the element's (also where it is removed); `count` what it adds to a counter.
  ///
  /// It takes the place of others by the key's rule: under ``KeyRule/lastWriterWins`` of all with an
  /// earlier clock (`past` is what the copy knew that it was judged against: were it more, a version
  /// could go whose clock is later), under ``KeyRule/siblings`` of all that `past` covers, in a counter of the same
  /// actor's before it, in a set of those of its element that `past` covers (a tombstone that leaves a
  /// version: of all elements that it covers).
  ///
  /// `request` names the client's request: the session shifted by 32 bits, and the session's attempt;
  /// zero where that is not known. Each makes one version at most. `key` is the key's name; nil: it was
  /// told before (``VersionChecker/knows(_:)``).
  case created(
    keyHash: UInt64, key: String?, rule: KeyRule, dot: Dot, past: VersionVector, clock: Instant,
    value: UInt64, count: Int64, isTombstone: Bool, leavesVersion: Bool, request: UInt64 = 0)
  /// A version is durable on a node, in its place or as a hint for another. Hints are told so also where
  /// disks are not synced first: when they are kept. One that a node has joined and that lost is stored
  /// with what it lost to.
  case stored(node: NodeID, keyHash: UInt64, dot: Dot, hintFor: NodeID?)
  /// A client was told that a version is safe: so many replicas were needed.
  case acknowledged(keyHash: UInt64, dot: Dot, needed: Int, session: UInt64)
  /// A version lost its place, or stands beside another.
  case ended(
    keyHash: UInt64, loser: Dot, loserClock: Instant, winner: Dot, winnerClock: Instant,
    VersionEnding, by: NodeID)

  // MARK: What nodes hold

  /// A node's copy of a key changed: what it knows of it now, and the versions that stand, by dot. A
  /// node that recovers tells it only once it has all that its files have.
  case holds(node: NodeID, keyHash: UInt64, context: VersionVector, versions: DotList)
  /// A node forgot a key: a tombstone whose time was over, a hint handed over, or a range given away.
  case forgot(node: NodeID, keyHash: UInt64, ForgetReason)
  /// With several leaders: a node applied the `sequence`th write of `origin`.
  case appliedFrom(node: NodeID, origin: Actor, sequence: UInt64, depends: VersionVector)
  /// With several leaders: a node took another's whole state, and knows all writes through `applied`.
  case tookState(node: NodeID, applied: VersionVector)
  /// With several leaders: all that a node has applied is on its disk.
  case appliedIsSafe(node: NodeID)
  /// What a node shows as a whole: a hash of what it has applied, and of its state.
  case shows(node: NodeID, applied: UInt64, stateHash: UInt64)

  // MARK: Hints

  /// A node keeps a version for another.
  case hinted(node: NodeID, for: NodeID, hint: UInt64)
  /// It is on the keeper's disk.
  case hintSafe(node: NodeID, hint: UInt64)
  /// It handed it over: `to`, where that is known, has `versions` of the key now.
  case hintDelivered(
    node: NodeID, hint: UInt64, to: NodeID? = nil, keyHash: UInt64 = 0, versions: DotList = [])
  /// It gave it up.
  case hintExpired(node: NodeID, hint: UInt64)
  /// What a running node counts as waiting hints.
  case hintsWaiting(node: NodeID, count: Int)

  // MARK: Reads

  /// A client asks for a key, of so many replicas; `isStrict` false: stand-ins may answer.
  case readInvoked(
    id: UInt64, session: UInt64, keyHash: UInt64, needed: Int, guarantee: SessionGuarantee)
  /// It is answered with what is known of the key.
  case readReturned(id: UInt64, servedBy: NodeID, context: VersionVector, versions: DotList)
  /// It is given up.
  case readForgotten(id: UInt64)

  // MARK: Anti-entropy, and the end

  /// Two nodes compared the roots of their Merkle trees; `contentsEqual` is what hashing all of their
  /// keys says.
  case rootsCompared(NodeID, NodeID, rootsEqual: Bool, contentsEqual: Bool)
  /// All live replicas agree on a key, and this is what they hold.
  case agreed(keyHash: UInt64, context: VersionVector, versions: DotList, counterSum: Int64)
  /// All keys were told by ``agreed(keyHash:context:versions:counterSum:)``.
  case agreedOnAll
}

/// Why a node forgets a key.
public enum ForgetReason: Equatable, Sendable {
  /// All replicas have the tombstone, or its time of grace is over.
  case tombstone
  /// A hint was handed over.
  case handedOver
  /// Another node is the key's replica now.
  case movedAway
}
