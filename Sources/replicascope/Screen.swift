import Canvas
import Cluster
import Dashboard
import Operations
import Positions
import Synchronization
import Terminal
import World

#if canImport(Glibc)
  import Glibc
#endif

/// The main loop: keys to commands, snapshots to frames.
struct Screen {
  var engine: any Engine
  var alarm: Alarm
  var options: Terminal.Options

  /// Outcomes of commands, on their way from the cluster's thread.
  private final class Inbox: Sendable {
    let outcomes = Mutex<[(command: Command, outcome: CommandOutcome)]>([])
  }

  /// Milliseconds between two frames, at least.
  private static let frameSpacing = 33

  init(engine: any Engine, alarm: Alarm, options: Terminal.Options) {
    self.engine = engine
    self.alarm = alarm
    self.options = options
  }

  /// Runs until the person quits or a signal comes.
  ///
  /// - Returns: the exit status.
  func run() throws -> Int32 {
    let terminal: Terminal
    do {
      terminal = try Terminal(options)
    } catch let error as TerminalError {
      throw Failure(.usage, "\(error)")
    }
    let engine = engine
    terminal.onSuspend = { engine.pauseClock() }
    let inbox = Inbox()
    var view = ViewState()
    var lastFrame = 0
    var isDirty = true
    var status: Int32?
    while status == nil {
      let wait = isDirty ? max(0, lastFrame + Self.frameSpacing - Self.clock) : 1000
      for key in terminal.keys(timeout: Int32(wait), wake: alarm.descriptor) {
        isDirty = true
        switch key {
        case .signal(let number): status = 128 + number
        case .resumed: engine.resumeClock()
        case .wake, .resize: break
        default:
          guard let snapshot = engine.snapshot else {
            // Nothing is shown yet; leaving must be possible all the same.
            if key == .control("c") { status = 130 }
            continue
          }
          let actions = view.handle(
            key, scene(snapshot), size: terminal.size, at: Self.clock)
          status = carryOut(actions, terminal, inbox) ?? status
        }
      }
      for (command, outcome) in inbox.outcomes.withLock({ taken(&$0) }) {
        view.show(outcome, of: command, at: Self.clock)
        isDirty = true
      }
      if view.tick(Self.clock) { isDirty = true }
      guard isDirty, Self.clock - lastFrame >= Self.frameSpacing, let snapshot = engine.snapshot
      else { continue }
      view.follow(scene(snapshot), size: terminal.size, at: Self.clock)
      draw(snapshot, view, on: terminal)
      lastFrame = Self.clock
      isDirty = false
    }
    engine.close()
    terminal.close()
    if let snapshot = engine.snapshot { print(Dashboard.farewell(snapshot)) }
    let violations = engine.snapshot?.ledger.violationCount ?? 0
    return status == 0 && violations > 0 ? Failure.Kind.checkFailed.rawValue : status ?? 0
  }

  private func taken<Element>(_ all: inout [Element]) -> [Element] {
    let taken = all
    all = []
    return taken
  }

  private func scene(_ snapshot: ClusterSnapshot) -> Scene {
    Scene(snapshot, other: engine.other, narration: engine.narration)
  }

  private func draw(_ snapshot: ClusterSnapshot, _ view: ViewState, on terminal: Terminal) {
    let canvas = Dashboard.render(
      scene(snapshot), view: view, size: terminal.size, glyphs: terminal.glyphs)
    terminal.draw(canvas, cursor: Dashboard.cursor(view: view, size: terminal.size))
  }

  private func carryOut(
    _ actions: [Action], _ terminal: Terminal, _ inbox: Inbox
  ) -> Int32? {
    for action in actions {
      switch action {
      case .command(let command):
        let alarm = alarm
        engine.perform(command) { outcome in
          inbox.outcomes.withLock { $0.append((command, outcome)) }
          alarm.ring()
        }
      case .cue(let cue): engine.cue(cue)
      case .record: break
      case .quit: return 0
      case .interrupt: return 130
      case .redraw: terminal.repaint()
      case .suspend:
        for key in terminal.suspend() {
          if case .signal(let number) = key { return 128 + number }
          if case .resumed = key { engine.resumeClock() }
        }
      }
    }
    return nil
  }

  private static var clock: Int { Int(MonotonicClock.now / 1_000_000) }
}
