import Canvas
import Operations
import Positions

/// What is shown: one snapshot, with what belongs beside it.
public struct Scene: Equatable, Sendable {
  /// The cluster.
  public var snapshot: ClusterSnapshot
  /// The other ending of a run that was forked, at the same time; nil when there is none.
  public var other: ClusterSnapshot?
  /// Whether ``other`` is another cluster altogether: both are shown side by side.
  public var isDuel: Bool
  /// What an audience is told; nil when no script is played.
  public var narration: Narration?

  /// A scene of one cluster, of two endings of one run, or of two clusters.
  public init(
    _ snapshot: ClusterSnapshot, other: ClusterSnapshot? = nil, isDuel: Bool = false,
    narration: Narration? = nil
  ) {
    self.snapshot = narration?.lesson?.concealment.map(snapshot.concealing) ?? snapshot
    self.other = other
    self.isDuel = isDuel
    self.narration = narration
  }
}

/// The lab's screen as a function of what is there.
public enum Dashboard {
  /// Draws a scene.
  public static func render(
    _ scene: Scene, view: ViewState, size: Size, glyphs: Glyphs
  ) -> Canvas {
    var canvas = Canvas(size: size)
    guard size.holds(Layout.minimum) else {
      tooSmall(size, on: &canvas)
      return canvas
    }
    var view = view
    view.settle(scene.narration)
    let pen = Pen(snapshot: scene.snapshot, other: scene.other, view: view, glyphs: glyphs)
    let layout = Layout(scene, view: view, size: size)
    if let lesson = scene.narration?.lesson, !lesson.hasCluster {
      pen.courseTitle(lesson, layout.title, on: &canvas)
    } else if scene.isDuel, let other = scene.other {
      pen.duelTitle(with: other, layout.title, on: &canvas)
    } else {
      pen.title(layout.title, on: &canvas)
    }
    if !layout.scrubber.isEmpty { pen.scrubber(layout.scrubber, on: &canvas) }
    let page = layout.page
    switch view.page {
    case .help: pen.help(page, on: &canvas)
    case .node: pen.nodePage(page, on: &canvas)
    case .lost: pen.lostPage(page, on: &canvas)
    case .siblings: pen.siblingsPage(page, on: &canvas)
    case .system: pen.systemPage(page, on: &canvas)
    case .compare: pen.comparison(page, on: &canvas)
    default:
      if scene.isDuel, let other = scene.other {
        pen.duel(with: other, page, on: &canvas)
      } else {
        pen.panes(layout, on: &canvas)
      }
    }
    if let narration = scene.narration {
      pen.narration(narration, layout.narration, on: &canvas)
    }
    pen.messages(layout.message, on: &canvas)
    pen.footer(layout.footer, on: &canvas)
    return canvas
  }

  /// Where the cursor of a line that is being typed stands; nil when nothing is.
  public static func cursor(view: ViewState, size: Size) -> Point? {
    guard size.holds(Layout.minimum) else { return nil }
    let editor: LineEditor
    switch view.mode {
    case .prompt: editor = view.prompt
    case .filter: editor = view.filterLine
    default: return nil
    }
    let column = editor.window(size.columns - 2).cursor
    return Point(x: min(size.columns - 1, 1 + column), y: size.rows - 1)
  }

  /// The line that a program leaves behind when it ends.
  public static func farewell(_ snapshot: ClusterSnapshot) -> String {
    let ledger = snapshot.ledger
    var parts = [
      Short.duration(snapshot.at.sinceStart), "\(Short.grouped(ledger.acknowledged)) acked",
      "\(Short.grouped(snapshot.lost)) lost", Short.counted(ledger.staleReads, "stale read"),
      Short.counted(ledger.findingCount, "finding"),
    ]
    if snapshot.outclocked > 0 {
      parts.insert("\(Short.grouped(snapshot.outclocked)) lost to later clocks", at: 3)
    }
    if ledger.violationCount > 0 { parts.append("\(ledger.violationCount) VIOLATIONS") }
    return parts.joined(separator: ", ")
  }

  private static func tooSmall(_ size: Size, on canvas: inout Canvas) {
    canvas.put("replicascope needs \(Layout.minimum); this is \(size).", at: Point(x: 0, y: 0))
    canvas.put("Make the window larger.", at: Point(x: 0, y: 1))
    canvas.put("The cluster runs on. q quits.", at: Point(x: 0, y: 2))
  }
}

extension ViewState {
  /// What stands in the body of the screen.
  var page: Mode {
    switch mode {
    case .help, .lost, .node, .compare, .siblings, .system: mode
    default: home
    }
  }

  /// Rows that messages take above the footer.
  var messageRows: Int {
    switch mode {
    case .confirm: return question == nil ? 0 : 1
    case .prompt:
      if prompt.failure != nil { return 2 }
      return prompt.candidates.isEmpty && !hasUsage ? 0 : 1
    case .filter: return 0
    default: return toast == nil ? 0 : 1
    }
  }

  /// Whether the word at the beginning of the prompt is a command's or a knob's.
  var hasUsage: Bool {
    let word = prompt.string.split(separator: " ").first.map(String.init) ?? ""
    return CommandTable.row(word) != nil || KnobTable.row(word) != nil
  }
}

/// What every pane draws with.
struct Pen {
  let snapshot: ClusterSnapshot
  /// The other ending of a forked run.
  var other: ClusterSnapshot?
  let view: ViewState
  let glyphs: Glyphs
  /// What things are called.
  let terms: PresetTerms
  /// What several leaders have of each other's logs; nil in the other models.
  let streams: Streams?

  init(
    snapshot: ClusterSnapshot, other: ClusterSnapshot? = nil, view: ViewState, glyphs: Glyphs
  ) {
    (self.snapshot, self.other, self.view, self.glyphs) = (snapshot, other, view, glyphs)
    terms = snapshot.knobs.terms
    streams =
      if case .multiLeader(let model) = snapshot.model { Streams(snapshot, model) } else { nil }
  }

  var model: SingleLeaderSnapshot {
    snapshot.model.singleLeader ?? SingleLeaderSnapshot()
  }

  /// The leader as the node it is.
  var leader: NodeSnapshot? { snapshot.nodes.first { $0.id == model.leader } }

  /// The nodes, a lane each, as the model has them.
  func lanes(_ layout: Layout, on canvas: inout Canvas) {
    switch snapshot.model {
    case .singleLeader: walLanes(layout, on: &canvas)
    case .multiLeader: streamLanes(layout, on: &canvas)
    case .leaderless(let model): quorumLanes(layout, model, on: &canvas)
    }
  }

  /// What clients can rely on.
  func guarantees(_ rect: Rect, on canvas: inout Canvas) {
    switch snapshot.model {
    case .singleLeader: singleLeaderGuarantees(rect, on: &canvas)
    case .multiLeader(let model): streamGuarantees(model, rect, on: &canvas)
    case .leaderless(let model): quorumGuarantees(model, rect, on: &canvas)
    }
  }

  func panes(_ layout: Layout, on canvas: inout Canvas) {
    lanes(layout, on: &canvas)
    links(layout.links, on: &canvas)
    guarantees(layout.guarantees, on: &canvas)
    clients(layout.clients, on: &canvas)
    latency(layout.latency, on: &canvas)
    timeline(layout.timeline, on: &canvas)
    conflicts(layout.conflicts, on: &canvas)
    siblings(layout.siblings, on: &canvas)
    if let key = snapshot.model.versions?.watched, !layout.watchedLine.isEmpty {
      watchedLine(key, layout.watchedLine, on: &canvas)
    }
    watchedKey(layout.watched, on: &canvas)
    repairs(layout.repairs, on: &canvas)
    events(layout.events, on: &canvas)
    flights(layout.flights, on: &canvas)
  }

  /// A rule with a title in it; brighter when its pane is focused.
  func rule(
    _ rect: Rect, _ title: String, right: String = "", pane: Pane? = nil, on canvas: inout Canvas
  ) {
    let isFocused = pane == view.pane && view.isAtTop
    let style = isFocused ? Style(.blue, bold: true) : Style(.blue)
    canvas.rule(at: rect.origin, width: rect.width, glyph: glyphs.rule, style: style)
    let used = put(
      " \(title) ", at: Point(x: rect.x + 1, y: rect.y), style: style, limit: rect.width - 2,
      on: &canvas)
    guard !right.isEmpty, Legible.width(right) + used + 6 <= rect.width else { return }
    canvas.put(" \(right) ", endingAt: rect.right - 2, y: rect.y, style: style)
  }

  /// Writes text; what is too long ends in an ellipsis.
  @discardableResult
  func put(
    _ text: String, at point: Point, style: Style = .normal, limit: Int, on canvas: inout Canvas
  ) -> Int {
    guard limit > 0 else { return 0 }
    guard Legible.width(text) > limit else {
      return canvas.put(text, at: point, style: style, limit: limit)
    }
    let used = canvas.put(text, at: point, style: style, limit: limit - 1)
    canvas[point.x + used, point.y] = Cell(glyphs.ellipsis, style)
    return used + 1
  }

  /// Writes text that ends before a column; what is too long ends in an ellipsis.
  func put(
    _ text: String, endingAt right: Int, y: Int, style: Style = .normal, limit: Int,
    on canvas: inout Canvas
  ) {
    let width = min(Legible.width(text), max(0, limit))
    put(text, at: Point(x: right - width, y: y), style: style, limit: width, on: &canvas)
  }
}
