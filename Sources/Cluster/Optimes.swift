import Collections
import Operations
import Positions
import Replication

/// The first record of each second of each leadership's log, so that an index tells when it was written.
///
/// Seconds begin where a tick sees them begin, at most a tick late. Entries carry their term, so that
/// branches of a log stay apart; the oldest go when there are too many.
struct OptimeTable: Sendable {
  private struct Entry: Sendable {
    var term: Term
    var second: Int64
    var first: Index
  }

  private static let maximum = 4096

  private var entries: Deque<Entry> = []

  /// Notes that what a leadership writes from `first` on is of this second; the first word counts.
  mutating func note(_ term: Term, second: Int64, first: Index) {
    // At a time there are few leaderships: theirs are among the newest entries.
    for entry in entries.suffix(8).reversed() where entry.term == term {
      guard second > entry.second else { return }
      break
    }
    entries.append(Entry(term: term, second: second, first: first))
    if entries.count > Self.maximum { entries.removeFirst() }
  }

  /// Whether a leadership has an entry among the newest.
  func knows(_ term: Term) -> Bool { entries.suffix(8).contains { $0.term == term } }

  /// When the record at `index` of a term was written; nil when nothing is known of that term.
  func optime(of index: Index, _ term: Term) -> Optime? {
    var earliest: Entry?
    for entry in entries.reversed() where entry.term == term {
      if entry.first <= index {
        return Optime(
          second: entry.second, increment: index.distance(from: entry.first) + 1, term: term)
      }
      earliest = entry
    }
    return earliest.map { Optime(second: $0.second, increment: nil, term: term) }
  }
}

extension Cluster {
  /// Notes where a second begins in each leader's log, for a system that numbers records by time.
  mutating func noteOptimes() {
    guard knobs.preset?.profile.terms.notation == .optime else { return }
    let second = now.sinceStart.nanoseconds / 1_000_000_000
    for node in nodes where node.isMember {
      guard let replica = node.replica, let office = replica.leadership else { continue }
      let first = optimes.knows(office.term) ? replica.head.index.next : office.first
      optimes.note(office.term, second: second, first: first)
    }
  }

  /// A place in a log as the preset's system writes it.
  func written(_ point: LogPoint) -> String {
    let notation = knobs.terms.notation
    guard notation == .optime else { return notation.text(point.end) }
    return optimes.optime(of: point.index, point.term)?.description ?? "record \(point.index)"
  }

  /// The optime of a record in a log; nil when that is not known.
  func optime(of index: Index, in history: TermHistory?) -> Optime? {
    guard index > .zero, let term = history?.term(at: index) else { return nil }
    return optimes.optime(of: index, term)
  }
}
