import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// A long life of one log, in every order that the requests' turns permit, and with a crash after
/// every operation: what was promised is there afterwards, and nothing that was never written.
@Suite struct LifeTests {
  @Test(arguments: 0..<12)
  func aCrashAnywhereInALongLifeKeepsEveryPromise(seed: UInt64) {
    var life = Life(seed: seed)
    life.begin()
    for _ in 0..<120 { life.act() }
    life.finish()
    #expect(life.crashes > 200)
  }
}

/// Acts on a log at random, does its requests' operations one by one in an order that is drawn, and
/// looks after each at what a crash would leave.
private struct Life {
  /// A request and how much of it is done.
  private struct Running {
    var request: FileRequest
    var results: [FileResult] = []
  }

  private var log: WriteAheadLog
  private var files = MemoryFileSystem()
  private var random: RandomSource
  private var queued: [Running] = []
  private(set) var crashes = 0

  /// Every end that the log ever had, on any branch: nothing else may come out of a recovery.
  private var known: Set<LogPoint> = [.origin]
  /// The ends of the records that the log holds now.
  private var branch: [LogPoint] = [.origin]
  private var epoch: UInt64 = 1
  /// The end of what was said to be flushed; goes back when a truncation or installation begins.
  private var promised = LogPoint.origin
  /// Where a cut or an installation under way leads.
  private var destination: LogPoint?
  private var vote = Vote(term: .zero, votedFor: nil)
  private var asked = Vote(term: .zero, votedFor: nil)
  private var installs: UInt64 = 0

  init(seed: UInt64) {
    random = RandomSource(seed: seed)
    log = WriteAheadLog(Self.configuration)
  }

  private static var configuration: LogConfiguration {
    var configuration = LogBench.configuration(segmentSize: 12 << 10)
    configuration.fillStep = 4096
    configuration.queuedMinimum = 600
    configuration.keptAside = 8 << 10
    return configuration
  }

  private mutating func draw(_ below: UInt64) -> UInt64 { random.next() % below }

  mutating func begin() {
    call { $0.open(into: &$1) }
    while !queued.isEmpty { step() }
  }

  /// Lets everything that is under way end.
  mutating func finish() {
    while !queued.isEmpty { step() }
    #expect(destination == nil)
  }

  // MARK: What is asked of the log

  mutating func act() {
    switch draw(14) {
    case 0...5: append()
    case 6: call { $0.flush(into: &$1) }
    case 7, 8: saveVote()
    case 9, 10: saveCheckpoint()
    case 11: truncate()
    case 12: if draw(4) == 0 { install() }
    default: call { $0.noteIdle(into: &$1) }
    }
    for _ in 0..<draw(12) where !queued.isEmpty { step() }
  }

  private mutating func append() {
    guard destination == nil else { return }
    var batch = RecordBatch(after: log.head)
    for _ in 0...draw(12) {
      let payload = [UInt8](repeating: UInt8(draw(200)), count: Int(draw(400)))
      batch.append(kind: .write, term: Term(epoch: epoch, node: NodeID(1)), payload: payload)
      known.insert(batch.last)
      branch.append(batch.last)
    }
    log.append(batch)
    if draw(4) > 0 { call { $0.flush(into: &$1) } }
  }

  private mutating func saveVote() {
    epoch += 1
    let vote = Vote(term: Term(epoch: epoch, node: NodeID(2)), votedFor: NodeID(2))
    asked = vote
    call { $0.saveVote(vote, into: &$1) }
  }

  private mutating func saveCheckpoint() {
    guard destination == nil, log.flushed.index > .zero else { return }
    let checkpoint = Checkpoint(
      point: log.flushed, payload: [UInt8](repeating: 1, count: Int(draw(9000))))
    call { $0.saveCheckpoint(checkpoint, into: &$1) }
  }

  private mutating func truncate() {
    guard destination == nil, log.head.index > log.first.index else { return }
    // As a deposed leader does: below its end, at or above its newest checkpoint.
    let lowest = max(log.first.index, log.checkpoints.last?.index ?? .zero)
    let ends = branch.filter { $0.index >= lowest }
    guard !ends.isEmpty else { return }
    let point = ends[Int(draw(UInt64(ends.count)))]
    branch.removeAll { $0.index > point.index }
    destination = point
    if promised.end > point.end { promised = point }
    epoch += 1
    call { $0.truncate(after: point, into: &$1) }
  }

  private mutating func install() {
    guard destination == nil else { return }
    installs += 1
    epoch += 1
    let point = LogPoint(
      index: log.head.index.advanced(by: Int(draw(50))), term: Term(epoch: epoch, node: NodeID(3)),
      chain: Chain(installs &* 0x9E37_79B9), end: log.head.end.advanced(by: 8 * Int(draw(500))))
    // Its own records come in a later term.
    epoch += 1
    known.insert(point)
    branch = [point]
    destination = point
    promised = .origin
    call {
      $0.install(
        Checkpoint(point: point, payload: [UInt8](repeating: 2, count: 3000)), into: &$1)
    }
  }

  // MARK: The disk

  private mutating func call(_ body: (inout WriteAheadLog, inout LogOutput) -> Void) {
    var output = LogOutput()
    body(&log, &output)
    take(output)
  }

  private mutating func take(_ output: LogOutput) {
    queued += output.requests.map { Running(request: $0) }
    for event in output.events {
      switch event {
      case .flushed(let point): promised = point
      case .voteSaved(let saved): vote = saved
      case .truncated(let point, _, _), .installed(let point):
        #expect(point == destination)
        promised = point
        destination = nil
      case .failed(let error): Issue.record("\(error)")
      default: break
      }
    }
  }

  /// Which requests may go on now.
  private var eligible: [Int] {
    var found: [Int] = []
    var seen: [FileRequest.Turn] = []
    for (position, one) in queued.enumerated() {
      let turn = one.request.turn
      let mayRun =
        turn == .alone ? seen.isEmpty : !seen.contains(.alone) && !seen.contains(turn)
      if mayRun { found.append(position) }
      seen.append(turn)
    }
    return found
  }

  /// Does one operation of one request that may go on, then looks at what a crash would leave.
  private mutating func step() {
    let choices = eligible
    let position = choices[Int(draw(UInt64(choices.count)))]
    let done = queued[position].results.count
    let request = queued[position].request
    if done < request.operations.count {
      do {
        queued[position].results.append(try files.perform(request.operations[done]))
      } catch {
        Issue.record("\(request.operations[done]): \(error)")
        queued[position].results.append(.done)
      }
    }
    if queued[position].results.count == request.operations.count {
      let results = queued.remove(at: position).results
      var output = LogOutput()
      log.handle(
        FileCompletion(token: request.token, results: results, failure: nil), into: &output)
      take(output)
    }
    var left = files
    let how = draw(3)
    if how > 0 { left.crash(losesNames: how == 1) }
    let last = request.operations.prefix(done + 1).last.map { "\($0)".prefix(80) } ?? "nothing"
    look(at: left, "crash \(how) after \(last)")
  }

  // MARK: What a crash leaves

  private mutating func look(at left: MemoryFileSystem, _ when: String) {
    guard log.head != .origin || vote.term > .zero else { return }
    crashes += 1
    var again = LogBench(files: left, segmentSize: Self.configuration.segmentSize)
    again.log = WriteAheadLog(Self.configuration)
    guard let recovery = again.open() else {
      Issue.record("refused, \(when)")
      return
    }
    let short = "\(when.prefix(100)), promised \(promised.index), found \(recovery.point.index)"
    // Nothing is ever rot, and no promised vote is in doubt.
    if case .damaged(let damage) = recovery.condition { Issue.record("\(damage), \(short)") }
    #expect(!recovery.voteInDoubt, "\(short)")
    #expect(recovery.vote.term >= vote.term && recovery.vote.term <= asked.term, "\(short)")
    #expect(known.contains(recovery.point), "\(short)")
    if let destination {
      // The old log, or the new one.
      #expect(recovery.point == destination || recovery.point.end >= promised.end, "\(short)")
    } else {
      #expect(recovery.point.end >= promised.end, "\(short)")
      #expect(recovery.point.end <= log.head.end, "\(short)")
    }
    // What it says it has can be read, and is one chain.
    var end = recovery.first
    for batch in again.readAll(after: recovery.first.index) {
      #expect(batch.previous == end && batch.chainHolds(), "\(short)")
      end = batch.last
    }
    #expect(end == recovery.point, "\(short)")
    if recovery.first.index > .zero { #expect(!again.log.checkpoints.isEmpty, "\(short)") }
    #expect(again.log.checkpoints.allSatisfy { $0.end <= recovery.point.end }, "\(short)")
  }
}
