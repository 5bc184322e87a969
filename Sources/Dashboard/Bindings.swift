import Canvas
import Operations

/// One row of a mode's table: dispatch, footer and help all come of it.
public struct KeyBinding: Sendable {
  /// The keys.
  public let keys: [Key]
  /// How they are written.
  public let label: String
  /// One or two words for the footer; empty when it is not shown there.
  public let short: String
  /// Whether the footer leaves it out where there is little room.
  public let isExtra: Bool
  /// One line for help.
  public let meaning: String
  /// What they do.
  public let intent: Intent

  init(
    _ keys: [Key], label: String? = nil, short: String = "",
    extra: Bool = false, _ meaning: String, _ intent: Intent
  ) {
    self.keys = keys
    self.label = label ?? keys.map(\.description).joined(separator: " ")
    self.short = short
    isExtra = extra
    self.meaning = meaning
    self.intent = intent
  }
}

/// The tables.
public enum Bindings {
  /// The table of a mode. While a script is played, pages know its keys too: a presenter's clicker
  /// works wherever one looks.
  public static func table(
    _ mode: Mode, isPlayed: Bool = false, isTaught: Bool = false,
    model: ReplicationModel = .singleLeader
  ) -> [KeyBinding] {
    rows(mode, cues: isTaught ? taught : isPlayed ? play : []).compactMap { adapted($0, to: model) }
  }

  private static func rows(_ mode: Mode, cues: [KeyBinding]) -> [KeyBinding] {
    switch mode {
    case .lab: lab
    case .demo: demo
    case .lesson: lesson
    case .question: question
    case .link: link
    case .prompt, .filter: prompt
    case .help: help + cues
    case .node: node + cues
    case .lost: lost + cues
    case .siblings: siblings + cues
    case .system: system + cues
    case .compare: compare + cues
    case .confirm: confirm
    }
  }

  /// What a key does in a mode; nil when nothing.
  public static func intent(
    of key: Key, in mode: Mode, isPlayed: Bool = false, isTaught: Bool = false,
    model: ReplicationModel = .singleLeader
  ) -> Intent? {
    (always + table(mode, isPlayed: isPlayed, isTaught: isTaught, model: model))
      .first { $0.keys.contains(key) }?.intent
  }

  /// The rows of the help page that was opened from a mode.
  static func rows(
    of mode: Mode, isPlayed: Bool = false, model: ReplicationModel = .singleLeader
  ) -> [KeyBinding] {
    table(mode, isPlayed: isPlayed, model: model) + always
  }

  private static let digits: [Key] = (1...9).map { .character(Character(String($0))) }

  private static let movement: [KeyBinding] = [
    KeyBinding([.up, .character("k")], label: "↑ k", "up", .up),
    KeyBinding([.down, .character("j")], label: "↓ j", "down", .down),
    KeyBinding([.character("g"), .home], label: "g", "to the first", .first),
    KeyBinding([.character("G"), .end], label: "G", "to the last", .last),
  ]

  /// Keys that mean the same in every mode.
  public static let always: [KeyBinding] = [
    KeyBinding([.control("l")], "draw everything again", .redraw),
    KeyBinding([.control("z")], "suspend; fg comes back", .suspend),
  ]

  /// What a person asks of a script that is played; PageDown and PageUp are what clickers send.
  private static let play: [KeyBinding] = [
    KeyBinding(
      [.pageDown], "the next step: reading ends, waiting is skipped", .nextStep),
    KeyBinding(
      [.pageUp, .character("[")], label: "PgUp [",
      "back to where this chapter began; from there, the one before", .previousChapter),
    KeyBinding([.character("]")], "on to the next chapter", .nextChapter),
    KeyBinding([.character("t")], "take the keys, or give them back", .takeOrGive),
  ]

  /// Keys that do something to the selected node.
  private static let onNode: [KeyBinding] = [
    KeyBinding([.character("x")], short: "kill", "kill the selected node", .kill),
    KeyBinding([.character("r")], short: "restart", extra: true, "restart it", .restart),
    KeyBinding(
      [.character("z")], short: "freeze", extra: true, "freeze it, or let it go on", .freeze),
    KeyBinding(
      [.character("p")], short: "part",
      "cut or mend its link to a node: p3 both ways, p>3 from it, p<3 to it, p0 all", .part),
    KeyBinding([.character("P")], short: "mend", extra: true, "mend all cuts", .heal),
    KeyBinding(
      [.character("d")], short: "delay", extra: true,
      "delay its link to a node, a step more each time (d>3 one way, d0 all)",
      .delay),
    KeyBinding(
      [.character("o")], "make its link to a node lossy, a step more each time", .loss),
    KeyBinding(
      [.character("F")], short: "fail over", "force it to lead; asks when that loses writes",
      .forceFailover),
    KeyBinding([.character("S")], "hand leadership over to it; loses nothing", .switchover),
  ]

  /// Keys that do something to the whole lab.
  private static let onLab: [KeyBinding] = [
    KeyBinding(
      [.character("m")], short: "mode", extra: true, "next acknowledgement policy", .policy),
    KeyBinding([.character("w")], "next workload", .workload),
    KeyBinding(
      [.character("v")], "choose between the siblings of a key",
      .siblings),
    KeyBinding([.character("W")], "look at the key of the newest conflict, on all nodes", .watch),
    KeyBinding(
      [.character("u")], short: "undo", "take the last fault back (not its consequences)", .undo),
    KeyBinding([.control("r")], "do it again", .redo),
    KeyBinding(
      [.character(" ")], short: "pause", extra: true, "stop the clock, or let it go on", .pause),
    KeyBinding([.character("<")], "slower", .slower),
    KeyBinding([.character(">")], "faster", .faster),
    KeyBinding([.character("L")], "list the lost writes", .lostWrites),
    KeyBinding([.character("i")], "what the preset's own tools would show now", .system),
    KeyBinding([.character("R")], "record what is shown into a file, or end that", .record),
    KeyBinding([.character(":")], short: "command", "type a command", .prompt),
    KeyBinding(
      [.character("?"), .function(1)], label: "? F1", short: "help", "this page", .help),
  ]

  /// Keys that move in time. All of them stop the clock, so that one can look.
  private static let inTime: [KeyBinding] = [
    KeyBinding([.character(".")], "one event, and no more (simulated world)", .step),
    KeyBinding([.character(",")], "back in time by 1 s (simulated world)", .backInTime),
    KeyBinding([.character(";")], "forward by 1 s, to the latest moment reached", .forwardInTime),
    KeyBinding([.character("{")], "back by 10 s", .leapBack),
    KeyBinding([.character("}")], "forward by 10 s", .leapForward),
    KeyBinding(
      [.character("(")], "back to the last fault, election or finding", .previousMark),
    KeyBinding([.character(")")], "forward to the next one", .nextMark),
    KeyBinding([.character("b")], "to the beginning of the history", .begin),
    KeyBinding([.character("e")], "to its end, the latest moment reached", .end),
    KeyBinding(
      [.character("Y")], "fork: go on differently from here; the old ending is kept", .fork),
    KeyBinding([.character("=")], "compare the two endings of a fork", .compare),
  ]

  private static let lab: [KeyBinding] =
    [
      KeyBinding(digits, label: "1-9", short: "node", "select a node", .selectDigit),
      KeyBinding([.character("0")], label: "0", "select none", .selectNone),
    ] + movement + [
      KeyBinding([.tab], short: "pane", extra: true, "next pane", .nextPane),
      KeyBinding([.backTab], "previous pane", .previousPane),
      KeyBinding([.enter], "open the selected node", .open),
      KeyBinding([.escape], "back", .back),
    ] + onNode + onLab + inTime + [
      KeyBinding([.character("/")], "show only events that contain a word", .filter),
      KeyBinding([.character("f")], "the pane alone on the screen, or all panes", .fullScreen),
      KeyBinding([.character("q")], short: "quit", "quit", .quit),
      KeyBinding([.control("c")], "quit with status 130; anywhere else: cancel", .interrupt),
    ]

  /// Holding comes before everything that takes the keys from the script.
  private static let demo: [KeyBinding] =
    play + [
      KeyBinding(
        [.character(" ")], short: "hold", extra: true, "hold the script, or let it go on", .pause)
    ] + lab.filter { $0.intent != .pause }

  /// What a learner asks of a lesson.
  private static let taught: [KeyBinding] = [
    KeyBinding([.pageDown], short: "on", "on, once this step is read or done", .nextStep),
    KeyBinding(
      [.character("H")], short: "hint", "a hint for the task, the next one each time", .hint),
    KeyBinding([.character("c")], short: "check", "what the task still lacks, in words", .check),
    KeyBinding(
      [.character("N")], short: "anew", extra: true, "this step anew, from its beginning", .again),
    KeyBinding(
      [.pageUp, .character("[")], label: "PgUp [", "back to the step before", .previousChapter),
    KeyBinding([.character("]")], "on to the next step, done or not", .nextChapter),
    KeyBinding(
      [.character("E")], "to the moments that mattered, one by one; e: back to the latest",
      .nextMoment),
  ]

  /// Whoever has a task has all keys of the lab.
  private static let lesson: [KeyBinding] =
    taught
    + lab.map { row in
      KeyBinding(
        row.keys, label: row.label, short: row.short,
        // Of the lab's keys the footer names what there is room for.
        extra: row.isExtra || row.intent == .undo || row.intent == .forceFailover, row.meaning,
        row.intent)
    }

  /// Digits answer, and nothing is done to the cluster.
  private static let question: [KeyBinding] =
    [
      KeyBinding(digits, label: "1-9", short: "answer", "answer", .answerDigit),
      KeyBinding([.enter], short: "type an answer", "type an answer", .answer),
    ] + taught.filter { ![.hint, .check, .nextStep].contains($0.intent) }
    + [KeyBinding([.pageDown], "on, once the question is answered", .nextStep)]
    + movement + [
      KeyBinding([.tab], "next pane", .nextPane),
      KeyBinding([.backTab], "previous pane", .previousPane),
      KeyBinding([.character("f")], "the pane alone on the screen, or all panes", .fullScreen),
      KeyBinding([.escape], "back", .back),
      KeyBinding([.character(":")], "type a command", .prompt),
      KeyBinding(
        [.character("?"), .function(1)], label: "? F1", short: "help", "this page", .help),
      KeyBinding([.character("q")], short: "quit", "quit", .quit),
      KeyBinding([.control("c")], "quit with status 130; anywhere else: cancel", .interrupt),
    ]

  private static let link: [KeyBinding] = [
    KeyBinding(digits, label: "1-9", short: "that node", "the other end", .linkDigit),
    KeyBinding([.character("0")], label: "0", short: "all", "all other nodes", .linkAll),
    KeyBinding([.character(">")], short: "from it only", "one way, from it", .linkOut),
    KeyBinding([.character("<")], short: "to it only", "one way, to it", .linkIn),
    KeyBinding([.escape, .control("c")], label: "Esc", short: "cancel", "cancel", .back),
  ]

  private static let prompt: [KeyBinding] = [
    KeyBinding([.enter], short: "run", "run", .submit),
    KeyBinding([.tab], short: "complete", "complete the word; again: the next one", .complete),
    KeyBinding([.backTab], "the completion before", .completeBack),
    KeyBinding([.up], label: "↑", short: "before", "the line before", .historyBack),
    KeyBinding([.down], label: "↓", "the line after", .historyForward),
    KeyBinding([.escape, .control("c")], label: "Esc", short: "cancel", "cancel", .back),
  ]

  private static let help: [KeyBinding] =
    movement + [
      KeyBinding([.enter], short: "run", "run the row", .submit),
      KeyBinding(
        [.escape, .character("q"), .character("?"), .function(1), .control("c")], label: "Esc q",
        short: "back", "back", .back),
    ]

  private static let node: [KeyBinding] =
    [
      KeyBinding([.up, .character("k")], label: "↑ k", short: "before", "the node before", .up),
      KeyBinding([.down, .character("j")], label: "↓ j", short: "after", "the node after", .down),
      KeyBinding(digits, label: "1-9", "another node", .selectDigit),
    ] + onNode + onLab + inTime + [
      KeyBinding(
        [.escape, .enter, .character("q"), .control("c")], label: "Esc", short: "back", "back",
        .back)
    ]

  /// What one would do differently is done while both endings are looked at.
  private static let compare: [KeyBinding] =
    movement + [
      KeyBinding(digits, label: "1-9", short: "node", "select a node", .selectDigit)
    ] + onNode + onLab + inTime.filter { $0.intent != .compare } + [
      KeyBinding(
        [.escape, .character("="), .enter, .character("q"), .control("c")], label: "Esc =",
        short: "back", "back", .back)
    ]

  private static let lost: [KeyBinding] =
    movement + [
      KeyBinding(
        [.escape, .enter, .character("q"), .character("L"), .control("c")], label: "Esc q",
        short: "back", "back", .back)
    ]

  private static let system: [KeyBinding] = [
    KeyBinding([.up, .character("k")], label: "↑ k", short: "up", "a line up", .up),
    KeyBinding([.down, .character("j")], label: "↓ j", short: "down", "a line down", .down),
    KeyBinding([.character("g"), .home], label: "g", "to the beginning", .first),
    KeyBinding([.character("G"), .end], label: "G", short: "preset's table", "to the end", .last),
    KeyBinding(
      digits, label: "1-9", short: "ask that node", "ask another node, where answers differ",
      .selectDigit),
    KeyBinding(
      [.escape, .enter, .character("q"), .character("i"), .control("c")], label: "Esc q",
      short: "back", "back", .back),
  ]

  private static let siblings: [KeyBinding] =
    movement + [
      KeyBinding([.enter], short: "this version stands", "let this version stand", .submit),
      KeyBinding(
        [.escape, .character("q"), .character("v"), .control("c")], label: "Esc q",
        short: "back", "back", .back),
    ]

  private static let confirm: [KeyBinding] = [
    KeyBinding([.character("y"), .character("Y")], label: "y", short: "yes", "yes", .yes),
    KeyBinding(
      [.character("n"), .character("N"), .escape, .enter, .control("c")], label: "N", short: "no",
      "no",
      .no),
  ]
}
