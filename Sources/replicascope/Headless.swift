import Cluster
import Operations
import Positions
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// Runs the lab without a screen: events and snapshots as lines, a summary last.
struct Headless {
  /// How lines look.
  enum Format {
    case json
    case plain
  }

  var format: Format
  /// How long; nil: until a signal.
  var duration: Interval?
  /// Time between two snapshots' lines.
  var spacing = Interval.seconds(1)
  /// How long a quiesce may go on after the end.
  static let patience = Interval.seconds(60)

  /// Runs until the time is over, a signal comes, or standard output is gone.
  ///
  /// - Returns: the exit status: 1 when there was a violation, or when what was asked for never came.
  func run(_ engine: any Engine, alarm: Alarm) -> Int32 {
    var nextSnapshot = spacing
    var signal: Int32?
    var complaint: String?
    while true {
      signal = alarm.wait(milliseconds: 100)
      for event in engine.takeEvents() { print(event) }
      guard let snapshot = engine.snapshot else { continue }
      if snapshot.at.sinceStart >= nextSnapshot {
        print(snapshot)
        while nextSnapshot <= snapshot.at.sinceStart { nextSnapshot = nextSnapshot + spacing }
      }
      if signal != nil || Output.isBroken { break }
      guard let duration else { continue }
      if snapshot.at.sinceStart >= duration, !engine.isBusy { break }
      if snapshot.at.sinceStart >= duration + Self.patience {
        complaint = "the replicas have not converged \(Self.patience.seconds) s after the end"
        break
      }
      if snapshot.speed == 0 {
        complaint = "paused, and without a screen nobody can let the clock go on"
        break
      }
    }
    engine.close()
    for event in engine.takeEvents() { print(event) }
    guard let last = engine.snapshot else { return 70 }
    return finish(last, complaint, signal)
  }

  /// Runs a simulated cluster as fast as the processor can; the same run prints the same lines.
  func run(_ machine: TimeMachine, alarm: Alarm) -> Int32 {
    var machine = machine
    var signal: Int32?
    var complaint: String?
    var next = Instant.start
    var end = duration.map { Instant.start + $0 }
    while signal == nil, !Output.isBroken {
      next = next + spacing
      let isLast = end.map { $0 <= next } ?? false
      machine.run(until: end.map { min($0, next) } ?? next)
      for event in machine.takeEvents() { print(event) }
      if machine.now == next { print(machine.snapshot) }
      signal = alarm.wait(milliseconds: 0)
      guard isLast, let duration else { continue }
      if !machine.isBusy { break }
      end = machine.now + spacing
      if machine.now - .start >= duration + Self.patience {
        complaint = "the replicas have not converged \(Self.patience.seconds) s after the end"
        break
      }
    }
    return finish(machine.snapshot, complaint, signal)
  }

  private func finish(_ last: ClusterSnapshot, _ complaint: String?, _ signal: Int32?) -> Int32 {
    Output.line(format == .json ? SnapshotJSON.summary(last) : PlainText.summary(last))
    if Output.isBroken { return Failure.Kind.inputOutput.rawValue }
    let refusals = last.nodes.filter { $0.state == .refused }
    if !refusals.isEmpty, refusals.count == last.nodes.count {
      for node in refusals { Output.error("replicascope: \(node.id): \(node.stateReason)") }
      return Failure.Kind.configuration.rawValue
    }
    if let complaint { Output.error("replicascope: \(complaint)") }
    if last.ledger.violationCount > 0 || complaint != nil { return 1 }
    return signal.map { 128 + $0 } ?? 0
  }

  private func print(_ event: Event) {
    Output.line(format == .json ? SnapshotJSON.event(event) : PlainText.event(event))
  }

  private func print(_ snapshot: ClusterSnapshot) {
    Output.line(format == .json ? SnapshotJSON.snapshot(snapshot) : PlainText.snapshot(snapshot))
  }
}

/// A pipe that signals and the cluster's thread write to, and the main thread waits on.
final class Alarm: Sendable {
  private let reader: Int32
  private let writer: Int32
  /// The pipe's end that signal handlers write to.
  private static let signalWriter = Atomic<Int32>(-1)

  /// Catches INT, TERM and HUP from now on when `catchesSignals`.
  init(catchesSignals: Bool) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0,
      ends.allSatisfy({
        fcntl($0, F_SETFD, FD_CLOEXEC) == 0 && fcntl($0, F_SETFL, O_NONBLOCK) == 0
      })
    else {
      throw Failure(.inputOutput, "no pipe: \(String(cString: strerror(errno)))")
    }
    reader = ends[0]
    writer = ends[1]
    guard catchesSignals else { return }
    Self.signalWriter.store(writer, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        var byte = UInt8(number)
        _ = write(Alarm.signalWriter.load(ordering: .relaxed), &byte, 1)
      }
    }
    signal(SIGPIPE, SIG_IGN)
  }

  /// The descriptor to wait on.
  var descriptor: Int32 { reader }

  /// Wakes the main thread.
  func ring() {
    var byte: UInt8 = 0
    _ = write(writer, &byte, 1)
  }

  /// Waits for a ring, a signal or the time; tells the signal.
  func wait(milliseconds: Int32) -> Int32? {
    var poll = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    _ = Glibc.poll(&poll, 1, milliseconds)
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(reader, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return bytes[..<count].first { $0 != 0 }.map { Int32($0) }
  }
}
