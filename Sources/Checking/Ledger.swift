import Positions

/// An acknowledged write that a failover lost.
public struct LostWrite: Equatable, Sendable {
  /// The key, as the client wrote it.
  public var key: String
  /// Its record's index.
  public var index: Index
  /// Its record's term.
  public var term: Term
  /// Why, one line.
  public var why: String
}

/// What was promised to clients, and what of that is gone.
///
/// Writes are kept by term as "acknowledged through", so that memory does not grow with them. Lost
/// writes are counted when a leader is elected whose log lacks them, or when a deposed leader promises
/// more; their keys are read from the records that it cuts off when it rejoins.
public struct Ledger: Equatable, Sendable {
  /// A run of acknowledgements of one term under one promise.
  struct Stretch: Equatable, Sendable {
    var after: Index
    var through: Index
    /// Durable copies promised; 1 when only the leader's own.
    var copies: Int
  }

  /// What one term's leader promised.
  struct Account: Equatable, Sendable {
    var term: Term
    var leader: NodeID
    /// The end of the log before the term's first record.
    var start: Index
    /// Whether a leader of a higher term had begun before: by force only, and then nothing keeps what
    /// this one promises, however many have it.
    var isOvertaken = false
    var stretches: [Stretch] = []
    /// Records that no client wrote.
    var internals: [Index] = []
    /// What later leaders have of it; nil until there is one.
    var kept: Index?
    var lostBecause = ""
    /// Runs of lost records whose keys were listed.
    var listed: [ClosedRange<UInt64>] = []

    var through: Index { stretches.last?.through ?? start }

    /// The acknowledged records of clients in `after..<=through`.
    func writes(after: Index, through: Index) -> Int {
      let count = max(0, through.distance(from: max(after, start)))
      return count - internals.filter { $0 > max(after, start) && $0 <= through }.count
    }
  }

  /// Writes acknowledged.
  public internal(set) var acknowledged = 0
  /// Acknowledged writes that are lost.
  public internal(set) var lost = 0
  /// Lost writes whose keys are known.
  public internal(set) var listedCount = 0
  /// The newest of them, newest last, at most ``listMaximum``.
  public internal(set) var lostWrites: [LostWrite] = []
  /// Reads that missed an acknowledged write.
  public internal(set) var staleReads = 0

  /// How many lost writes are kept with their keys.
  public static let listMaximum = 2000

  var accounts: [Account] = []

  /// Through which index `term`'s leader acknowledged; zero when it did not.
  public func acknowledgedThrough(_ term: Term) -> Index {
    guard let account = account(term) else { return .zero }
    return account.stretches.isEmpty ? .zero : account.through
  }

  /// The newest term that acknowledged anything, and through which record.
  public var newestAcknowledged: (term: Term, index: Index) {
    accounts.last { !$0.stretches.isEmpty }.map { ($0.term, $0.through) } ?? (.zero, .zero)
  }

  func account(_ term: Term) -> Account? { position(term).map { accounts[$0] } }

  func position(_ term: Term) -> Int? { accounts.lastIndex { $0.term == term } }

  /// Whether a record that was acknowledged is lost.
  func isLost(_ term: Term, _ index: Index) -> Bool {
    guard let position = position(term), let kept = accounts[position].kept else { return false }
    return index > kept && index <= accounts[position].through
  }

  mutating func open(_ term: Term, leader: NodeID, start: Index, isOvertaken: Bool = false) {
    accounts.append(
      Account(term: term, leader: leader, start: start, isOvertaken: isOvertaken))
    // Old terms of which nothing can be lost or listed any more are forgotten.
    if accounts.count > 512, let position = accounts.firstIndex(where: { $0.lostBecause.isEmpty }) {
      accounts.remove(at: position)
    }
  }

  /// Notes a promise; gives how many of its writes are lost as soon as they are promised.
  mutating func acknowledge(_ term: Term, through index: Index, writes: Int, copies: Int) -> Int {
    acknowledged += writes
    guard let position = position(term) else { return 0 }
    let before = accounts[position].through
    guard index > before else { return 0 }
    if let last = accounts[position].stretches.last, last.copies == copies {
      let end = accounts[position].stretches.count - 1
      accounts[position].stretches[end].through = index
    } else {
      accounts[position].stretches.append(
        Stretch(after: before, through: index, copies: copies))
    }
    guard let kept = accounts[position].kept, index > kept else { return 0 }
    let count = accounts[position].writes(after: max(before, kept), through: index)
    lost += count
    return count
  }

  /// What a newly elected leader's log lacks of a term: the lost stretch, counted once.
  mutating func keep(_ position: Int, through index: Index, because why: String) -> (
    count: Int, weakest: Int
  ) {
    let before = accounts[position].kept
    // What later leaders have may reach beyond what was promised so far: more may yet be promised.
    let kept = min(before ?? index, index)
    accounts[position].kept = kept
    let from = max(kept, accounts[position].start)
    let through = min(before ?? accounts[position].through, accounts[position].through)
    guard through > from else { return (0, .max) }
    let count = accounts[position].writes(after: from, through: through)
    if count > 0, accounts[position].lostBecause.isEmpty { accounts[position].lostBecause = why }
    lost += count
    let strongest =
      accounts[position].stretches.filter { $0.through > from && $0.after < through }
      .map(\.copies).max() ?? 1
    return (count, strongest)
  }

  /// Lists the keys of lost writes that a log held until now.
  mutating func list(_ discarded: [DiscardedWrite]) {
    for write in discarded {
      guard isLost(write.term, write.index), let position = position(write.term) else { continue }
      let number = write.index.rawValue
      if accounts[position].listed.contains(where: { $0.contains(number) }) { continue }
      if let last = accounts[position].listed.last, last.upperBound + 1 == number {
        let end = accounts[position].listed.count - 1
        accounts[position].listed[end] = last.lowerBound...number
      } else {
        accounts[position].listed.append(number...number)
      }
      listedCount += 1
      lostWrites.append(
        LostWrite(
          key: write.key, index: write.index, term: write.term,
          why: accounts[position].lostBecause))
    }
    if lostWrites.count > Self.listMaximum {
      lostWrites.removeFirst(lostWrites.count - Self.listMaximum)
    }
  }
}
