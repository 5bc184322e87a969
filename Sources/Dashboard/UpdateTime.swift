import Canvas
import Operations
import Positions

/// Keys and clicks that move in time. Whoever goes to another moment wants to look at it, so the
/// clock stops first; Space lets it go on.
extension ViewState {
  /// Where a live lab's keys of time point to.
  static let travelHint = "start replicascope lab --seed 7"

  /// What a key of time asks for; nil when it is none.
  mutating func travel(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action]? {
    guard let verb = Self.verb(intent) else { return nil }
    guard let history = snapshot.history else {
      show(.refused("the live lab can't \(verb); \(Self.travelHint)"), at: milliseconds)
      return []
    }
    switch intent {
    case .step: return Self.stopped(snapshot, .step)
    case .fork: return Self.stopped(snapshot, .fork)
    case .compare: compare(history, milliseconds)
    case .backInTime, .leapBack, .begin, .previousMark:
      return back(intent, snapshot, history, milliseconds)
    default: return forward(intent, snapshot, history, milliseconds)
    }
    return []
  }

  /// What a key does, as a live lab says that it can't.
  private static func verb(_ intent: Intent) -> String? {
    switch intent {
    case .backInTime, .leapBack, .begin, .previousMark: "go back"
    case .forwardInTime, .leapForward, .end, .nextMark: "go forward in time"
    case .step: "go event by event"
    case .fork: "fork"
    case .compare: "compare endings"
    default: nil
    }
  }

  private static func stopped(_ snapshot: ClusterSnapshot, _ command: Command) -> [Action] {
    snapshot.speed > 0 ? [.command(.pause), .command(command)] : [.command(command)]
  }

  private mutating func back(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ history: HistorySnapshot, _ milliseconds: Int
  ) -> [Action] {
    guard snapshot.at > history.begin else {
      let begin = Short.clock(history.begin, tenths: true)
      show(.note("\(begin) is the earliest moment that is kept"), at: milliseconds)
      return []
    }
    switch intent {
    case .backInTime: return Self.stopped(snapshot, .back(.seconds(1)))
    case .leapBack: return Self.stopped(snapshot, .back(.seconds(10)))
    case .begin: return Self.stopped(snapshot, .goTo(history.begin))
    default:
      let mark = history.worthGoing.last { $0.at < snapshot.at && $0.at >= history.begin }
      guard let mark else {
        show(.note("nothing is marked before this moment"), at: milliseconds)
        return []
      }
      return Self.stopped(snapshot, .goTo(mark.at))
    }
  }

  private mutating func forward(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ history: HistorySnapshot, _ milliseconds: Int
  ) -> [Action] {
    guard snapshot.isPast else {
      let end = Short.clock(history.end, tenths: true)
      let hint = snapshot.speed == 0 ? "; Space lets time go on" : ""
      show(.note("\(end) is the latest moment that was reached\(hint)"), at: milliseconds)
      return []
    }
    switch intent {
    case .forwardInTime: return Self.stopped(snapshot, .forward(.seconds(1)))
    case .leapForward: return Self.stopped(snapshot, .forward(.seconds(10)))
    case .end: return Self.stopped(snapshot, .goTo(history.end))
    default:
      guard let mark = history.worthGoing.first(where: { $0.at > snapshot.at })
      else {
        show(.note("nothing is marked after this moment"), at: milliseconds)
        return []
      }
      return Self.stopped(snapshot, .goTo(mark.at))
    }
  }

  private mutating func compare(_ history: HistorySnapshot, _ milliseconds: Int) {
    guard history.forkedAt != nil else {
      show(
        .note("there is one ending only: go back (,) and fork (Y) for another"), at: milliseconds)
      return
    }
    (mode, home) = (.compare, .compare)
  }

  /// A click on the scrubber goes to that moment, the wheel a second back or forward.
  mutating func scrub(
    _ event: MouseEvent, _ rect: Rect, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    guard let history = snapshot.history else { return [] }
    switch event.action {
    case .press:
      let track = Track(history, in: rect)
      let column = max(0, min(track.line.width - 1, event.position.x - track.line.x))
      return Self.stopped(snapshot, .goTo(track.moment(at: column)))
    case .wheelUp: return travel(.backInTime, snapshot, milliseconds) ?? []
    case .wheelDown: return travel(.forwardInTime, snapshot, milliseconds) ?? []
    default: return []
    }
  }
}
