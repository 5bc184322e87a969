/// A kind of thing that a simulated run may suffer from; each run draws some of them.
public enum FaultKind: String, Sendable, CaseIterable {
  /// A node's process ends, and starts again.
  case crash
  /// A node's processor stands still for a while.
  case pause
  /// A node is shut down for a while.
  case fence
  /// Power goes: all nodes at once, or all but a few.
  case outage
  /// The nodes are parted in two, or one is cut off, or each hears its neighbours only.
  case partition
  /// Nothing gets through one way.
  case oneWay = "one-way"
  /// A link comes and goes.
  case flapping
  /// Links lose messages.
  case loss
  /// Links are slow, or vary.
  case delay
  /// Links carry little.
  case bandwidth
  /// Links deliver messages twice.
  case duplicate
  /// Links let messages be overtaken.
  case reorder
  /// A disk's syncs take long.
  case slowDisk = "slow-disk"
  /// A disk is full.
  case fullDisk = "full-disk"
  /// A disk fails a write or a sync.
  case failedDisk = "failed-disk"
  /// A bit of a log flips.
  case flippedBit = "flipped-bit"
  /// A write lands in another place.
  case misplacedWrite = "misplaced-write"
  /// A disk is lost with everything on it.
  case wipe
  /// A clock is off, or drifts.
  case clock
  /// Leadership is handed over.
  case switchover
  /// Nodes join and leave.
  case membership
  /// The load changes.
  case load
  /// The operator writes and reads.
  case operatorClient = "operator"
  /// Knobs that cost no acknowledged write.
  case tuning
  /// Everything is healed, or the last fault taken back, early.
  case healing
  /// Nodes move between sites, and sites apart.
  case site
  /// Knobs that may cost acknowledged writes.
  case weakPolicy = "weak-policy"
  /// A promotion by force.
  case promotion
  /// A site is lost with its disks.
  case lostSite = "lost-site"

  /// Whether acknowledged writes may be lost by it, so that only weak runs have it.
  var isWeak: Bool {
    switch self {
    case .weakPolicy, .promotion, .lostSite: true
    default: false
    }
  }

  /// Whether it takes what a disk held.
  var damagesDisks: Bool {
    switch self {
    case .flippedBit, .misplacedWrite, .wipe: true
    default: false
    }
  }

  /// Whether a node's process ends by it: its log's tail may be in doubt afterwards, so that every
  /// voter is needed before one may lead.
  var endsProcesses: Bool {
    switch self {
    case .crash, .fence, .outage, .fullDisk, .failedDisk, .healing, .misplacedWrite, .flippedBit,
      .wipe, .lostSite:
      true
    default: false
    }
  }
}
