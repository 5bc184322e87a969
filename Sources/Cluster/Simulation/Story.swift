import Operations
import Positions
import World

/// A course of events that random strikes seldom make: what goes wrong in it needs one thing right
/// after another.
enum Story: CaseIterable {
  /// The leader is cut off until others elect; once it is back, someone's process ends or stands still.
  case takeover
  /// A node is cut off for several election time-outs.
  case exile
  /// A node does not hear the leader, again and again, while nothing is written.
  case deafness
  /// Votes take long to save, and links come and go meanwhile: nobody is elected until all is over.
  case lostVotes
  /// The leader goes while all disks are slow.
  case slowElection
  /// The leader goes, and soon after it is followed, all do.
  case secondOutage
  /// The leader is cut off, and its process ends in the middle of its writes.
  case tornLeader
  /// Leadership is handed to a node that hears nothing, or by a leader that is cut off before it is over.
  case brokenHandover
  /// A disk is lost while another node lags behind, then the leader goes.
  case wipeBehind
  /// Disks are slow for a moment while very much is written; later power goes.
  case heavyDisks
  /// All followers stand still under a policy that falls back, and go on.
  case fallback
  /// Two nodes are away while the others elect under one synchronous copy.
  case twoAway

  /// Whether acknowledged writes may be lost by it.
  var isWeak: Bool { self == .fallback || self == .twoAway }
}

/// What stories a seed tells; drawn apart from everything else, so that a seed without one has the
/// strikes that it had.
struct Telling {
  var random: RandomSource
  var stories: [Story] = []
  /// Whether other faults strike as well.
  var hasStrikes = true

  init(seed: UInt64) {
    random = RandomSource(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ 0x5354_4F52)
    guard random.uniform(0..<2) == 0 else { return }
    hasStrikes = random.uniform(0..<3) == 0
    for _ in 0..<1 + random.uniform(0..<2) {
      stories.append(Story.allCases[random.uniform(0..<Story.allCases.count)])
    }
  }

  /// Leaves the run to faults that strike by themselves.
  mutating func tellsNothing() {
    stories = []
    hasStrikes = true
  }

  /// The bytes of a file of the log, and of the log between checkpoints, of a cluster that has stories:
  /// few, so that short runs see many files.
  var sizes: (segment: Int, checkpoint: Int)? {
    guard !stories.isEmpty else { return nil }
    // Very much is written: many checkpoints, and files that are filled with zeros step by step.
    if stories.contains(.heavyDisks) { return (1024 << 10, 32 << 10) }
    let sizes = [(64, 16), (64, 64), (256, 64), (1024, 64), (1024, 512), (1024, 4096)]
    var random = random
    let (segment, checkpoint) = sizes[random.uniform(0..<sizes.count)]
    return (segment << 10, checkpoint << 10)
  }
}
