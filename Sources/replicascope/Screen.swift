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
  /// Where everything from the beginning on is recorded to; nil: nowhere.
  var recordsTo: RecordingOptions?
  /// Whether a room looks on.
  var isPresented = false

  /// Outcomes of commands, on their way from the cluster's thread.
  private final class Inbox: Sendable {
    let outcomes = Mutex<[(command: Command, outcome: CommandOutcome)]>([])
  }

  /// The status of a lesson that is over, when the learner goes on to the next.
  static let goesOn: Int32 = -1

  /// Milliseconds between two frames, at least.
  private static let frameSpacing = 33

  init(
    engine: any Engine, alarm: Alarm, options: Terminal.Options, recordsTo: RecordingOptions? = nil
  ) {
    self.engine = engine
    self.alarm = alarm
    self.options = options
    self.recordsTo = recordsTo
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
    view.isPresented = isPresented
    let recorder = ScreenRecorder(light: options.light)
    defer { recorder.end(status: 0) }
    if let recordsTo {
      do { try recorder.begin(recordsTo, size: terminal.size) } catch {
        engine.close()
        terminal.close()
        throw error
      }
      view.isRecording = true
    }
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
          for action in actions {
            if case .record(let path) = action {
              toggle(recorder, path, terminal, &view)
            } else {
              status = carryOut(action, terminal, inbox) ?? status
            }
          }
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
      draw(snapshot, view, on: terminal, recorder)
      lastFrame = Self.clock
      isDirty = false
    }
    recorder.end(status: status ?? 0)
    engine.close()
    terminal.close()
    if let summary = recorder.summary { print(summary) }
    if let snapshot = engine.snapshot, engine.narration?.lesson == nil {
      print(Dashboard.farewell(snapshot))
    }
    let violations = engine.snapshot?.ledger.violationCount ?? 0
    return status == 0 && violations > 0 ? Failure.Kind.checkFailed.rawValue : status ?? 0
  }

  private func taken<Element>(_ all: inout [Element]) -> [Element] {
    let taken = all
    all = []
    return taken
  }

  private func scene(_ snapshot: ClusterSnapshot) -> Scene {
    Scene(
      snapshot, other: engine.other, isDuel: engine.isDuel, narration: engine.narration)
  }

  private func draw(
    _ snapshot: ClusterSnapshot, _ view: ViewState, on terminal: Terminal,
    _ recorder: ScreenRecorder
  ) {
    let scene = scene(snapshot)
    let canvas = Dashboard.render(scene, view: view, size: terminal.size, glyphs: terminal.glyphs)
    let cursor = Dashboard.cursor(view: view, size: terminal.size)
    terminal.draw(canvas, cursor: cursor)
    recorder.frame(canvas, cursor: cursor, of: scene)
  }

  /// Begins a recording or ends it; a still is taken at once.
  private func toggle(
    _ recorder: ScreenRecorder, _ path: String?, _ terminal: Terminal, _ view: inout ViewState
  ) {
    do {
      if let path, path.hasSuffix(".svg") {
        guard let snapshot = engine.snapshot else { return }
        var plain = view
        (plain.mode, plain.toast) = (plain.home, nil)
        let canvas = Dashboard.render(
          scene(snapshot), view: plain, size: terminal.size, glyphs: terminal.glyphs)
        try Still.write(canvas, to: path, title: Self.title, light: options.light)
        view.show(.done("a picture of this moment is in \(path)"), at: Self.clock)
      } else if recorder.isRecording {
        recorder.end(status: 0)
        view.show(.done(recorder.summary ?? ""), at: Self.clock)
        saveScript(beside: recorder.path)
      } else {
        try recorder.begin(
          RecordingOptions(path: path ?? ScreenRecorder.freePath()), size: terminal.size)
        view.show(.done("recording to \(recorder.path); R ends it"), at: Self.clock)
      }
    } catch let failure as Failure {
      view.show(.refused(failure.lines.joined(separator: "; ")), at: Self.clock)
    } catch {
      view.show(.refused("\(error)"), at: Self.clock)
    }
    view.isRecording = recorder.isRecording
  }

  /// What the person did, as a script that does it again.
  private func saveScript(beside path: String) {
    guard engine.narration == nil else { return }
    let script = (path.hasSuffix(".cast") ? String(path.dropLast(5)) : path) + ScriptFile.ending
    engine.perform(.save(script)) { _ in }
  }

  static let title = "replicascope"

  private func carryOut(_ action: Action, _ terminal: Terminal, _ inbox: Inbox) -> Int32? {
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
    case .nextLesson: return Self.goesOn
    case .interrupt: return 130
    case .redraw: terminal.repaint()
    case .suspend:
      for key in terminal.suspend() {
        if case .signal(let number) = key { return 128 + number }
        if case .resumed = key { engine.resumeClock() }
      }
    }
    return nil
  }

  private static var clock: Int { Int(MonotonicClock.now / 1_000_000) }
}
