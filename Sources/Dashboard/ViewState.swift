import Canvas
import Operations
import Positions

/// What a key asks of whoever runs the screen.
public enum Action: Equatable, Sendable {
  /// Hand a command to the engine.
  case command(Command)
  /// Hand on to the script that is played.
  case cue(Cue)
  /// Begin a recording, to a file of this name or to one of its own choice, or end it. A name that ends
  /// in `.svg` asks for a picture of the moment.
  case record(to: String?)
  /// End the program.
  case quit
  /// On to the next lesson: this one is over.
  case nextLesson
  /// End the program as an interrupt does.
  case interrupt
  /// Draw everything again.
  case redraw
  /// Stop the process until it is continued.
  case suspend
}

/// The panes that can be focused.
public enum Pane: Int, CaseIterable, Sendable {
  case lanes, links, clients, events
  /// Conflicts and siblings; there where several nodes take writes of a key.
  case conflicts
  /// What an audience is told; there while a script is played.
  case narration
}

/// Everything about the screen that is not the cluster's: selection, mode, prompt, toast.
public struct ViewState: Equatable, Sendable {
  /// What keys mean now.
  public var mode = Mode.lab
  /// Where a prompt, a question or a page goes back to: the panes, or a node's page.
  public var home = Mode.lab
  /// The selected node.
  public var selected: NodeID?
  /// The focused pane.
  public var pane = Pane.lanes
  /// Whether the focused pane stands alone.
  public var isFullScreen = false
  /// Events scrolled back from the newest.
  public var eventsBack = 0
  /// Conflicts scrolled back from the newest.
  public var conflictsBack = 0
  /// The version that is selected among siblings.
  public var choice: SiblingChoice?
  /// Only events that contain this are shown.
  public var filter = ""
  /// The `:` line.
  public var prompt = LineEditor()
  /// The `/` line.
  public var filterLine = LineEditor()
  /// The selected row of the help page.
  public var helpRow = 0
  /// The first row of the page of lost writes.
  public var lostRow = 0
  /// The first line shown of what a preset's own tools show.
  public var systemRow = 0
  /// What `y` would do.
  public var question: Question?
  /// The newest outcome.
  public var toast: Toast?
  /// The last key, for the audience.
  public var lastKey = ""
  /// The lanes' scale as it was last drawn, so that it does not jump to and fro.
  public var axis: AxisMemory?
  /// The moment that was drawn last.
  public var drawn: Instant?
  /// Messages that were under way when it was drawn last.
  public var flights: [MessageInFlight] = []
  /// Those of them that have arrived since, while time goes by single events.
  public var arrived: [MessageInFlight] = []
  /// Where the run parted from its other ending when it was drawn last.
  public var knownFork: Instant?
  /// Where the script that is played stands; nil: none is played.
  public var stage: Narration.Stage?
  /// Whose turn it is in the lesson that is given; nil: none is.
  public var turn: LessonNarration.Turn?
  /// The lesson's step that was drawn last.
  var knownStep: Int?
  /// What was told last.
  public var told = ""
  /// Lines that the narration was scrolled by from where it would stand, back below zero.
  public var narrationScroll = 0
  /// Who has the keys, where that was asked for and is not seen yet.
  public var keysAsked: KeysAsked?
  /// Whether what is shown is recorded.
  public var isRecording = false
  /// Whether a room looks on: text first, in plenty of room.
  public var isPresented = false

  /// Something that is asked before it is done.
  public struct Question: Equatable, Sendable {
    /// What would be done.
    public var action: Action
    /// What it costs, ending in `y/N`.
    public var text: String

    /// A question before something is done.
    public init(_ action: Action, text: String) {
      self.action = action
      self.text = text
    }
  }

  /// The keys of a script that is played, asked for or given back.
  public struct KeysAsked: Equatable, Sendable {
    /// Whether they were asked for.
    public var areTaken: Bool
    /// Frames' clock when that was, in milliseconds.
    public var since: Int
  }

  /// A line that goes away by itself.
  public struct Toast: Equatable, Sendable {
    /// How it is meant.
    public enum Kind: Equatable, Sendable { case done, note, refused }
    public var kind: Kind
    public var text: String
    /// Frames' clock when it was shown, in milliseconds.
    public var since: Int
    /// Whether it tells of a fault, which `u` takes back.
    public var isFault = false
    /// Whether it tells of a fork, whose endings can be compared.
    public var isFork = false
  }

  /// How long a toast stays, in milliseconds.
  public static let toastTime = 5000

  /// The lab's panes, the first node selected.
  public init() { selected = NodeID(1) }

  /// Shows a command's outcome.
  public mutating func show(
    _ outcome: CommandOutcome, of command: Command? = nil, at milliseconds: Int
  ) {
    switch outcome {
    case .done(let text):
      toast = Toast(
        kind: .done, text: text, since: milliseconds, isFault: command?.isFault ?? false)
    case .note(let text): toast = Toast(kind: .note, text: text, since: milliseconds)
    case .refused(let text): toast = Toast(kind: .refused, text: text, since: milliseconds)
    }
  }

  /// Lets an old toast go; true when the screen changes.
  public mutating func tick(_ milliseconds: Int) -> Bool {
    guard let toast, milliseconds - toast.since > Self.toastTime else { return false }
    self.toast = nil
    return true
  }

  /// A run forks by command, or because something was done in its past: both offer the comparison.
  private mutating func noticeFork(_ snapshot: ClusterSnapshot, at milliseconds: Int) {
    let fork = snapshot.history?.forkedAt
    defer { knownFork = fork }
    guard let fork, fork != knownFork, mode != .compare else { return }
    if toast == nil {
      show(.done("two endings from \(Short.clock(fork, tenths: true)) on"), at: milliseconds)
    }
    toast?.isFork = true
  }

  /// What the last event delivered. Nothing is told of a jump: much arrives in one.
  private mutating func noticeArrivals(_ snapshot: ClusterSnapshot) {
    let isSame = snapshot.at == drawn && snapshot.inFlight == flights
    defer { flights = snapshot.inFlight }
    guard !isSame else { return }
    guard snapshot.history != nil, snapshot.speed == 0, let drawn, snapshot.at >= drawn,
      snapshot.at - drawn < .seconds(1)
    else { return arrived = [] }
    arrived = flights.filter { $0.arrives <= snapshot.at && !snapshot.inFlight.contains($0) }
  }

  /// Keeps what the next frame needs to know of this one. Called before each frame.
  public mutating func follow(_ scene: Scene, size: Size, at milliseconds: Int) {
    let snapshot = scene.snapshot
    settle(scene.narration)
    noticeFork(snapshot, at: milliseconds)
    noticeArrivals(snapshot)
    guard size.holds(Layout.minimum) else { return }
    // A moment in the past has a scale of its own.
    if let drawn, snapshot.at < drawn { axis = nil }
    drawn = snapshot.at
    // Only the logs of one leader have an axis in common.
    guard snapshot.replication == .singleLeader else { return axis = nil }
    let layout = Layout(scene, view: self, size: size)
    axis = Axis(snapshot, columns: layout.axisColumns, memory: axis).memory(
      after: axis, at: milliseconds)
  }
}

extension Command {
  /// Whether it is a fault, which can be taken back.
  var isFault: Bool {
    switch self {
    case .kill, .freeze, .fence, .isolate, .cut: true
    case .delay(_, let time), .jitter(_, let time), .slowDisk(_, let time): time > .zero
    case .loss(_, let share): share > 0
    case .bandwidth(_, let bytes): bytes != nil
    case .fillDisk(_, let isFull): isFull
    case .clock(_, let offset): offset != .zero
    case .drift(_, let parts): parts != 0
    default: false
    }
  }
}
