/// The marks that the screens are made of, each one column wide, in a Unicode and an ASCII variant.
///
/// Panes draw with the table they are given, so that the ASCII screen is designed, not translated.
public struct Glyphs: Hashable, Sendable {
  /// Log bytes applied to the state.
  public var applied: Character
  /// Log bytes on stable storage, not applied yet.
  public var flushed: Character
  /// Log bytes received, not flushed yet.
  public var received: Character
  /// Log bytes sent to the node, not received yet.
  public var sent: Character
  /// Log bytes that exist elsewhere and were not sent yet.
  public var unsent: Character
  /// The commit position, across every lane.
  public var commit: Character
  /// Where a log leaves the history that the cluster agreed on.
  public var fork: Character
  /// Forked log bytes that nobody was ever told were safe.
  public var neverAcknowledged: Character
  /// Forked or lost log bytes that a client was told were safe; drawn in ``Style/loud``.
  public var lost: Character
  /// The leader.
  public var leader: Character
  /// The cursor beside the selected row.
  public var selection: Character
  /// Holds.
  public var check: Character
  /// Does not hold.
  public var cross: Character
  /// Needs attention.
  public var warning: Character
  /// Time runs.
  public var play: Character
  /// Time stands still.
  public var pause: Character
  /// Being recorded; also a point on a line.
  public var record: Character
  /// The horizontal rule.
  public var rule: Character
  /// A thin vertical line between panes.
  public var divider: Character
  /// A done part of a progress bar.
  public var done: Character
  /// A part of a progress bar still to do.
  public var toDo: Character
  /// From left to right.
  public var arrowRight: Character
  /// From right to left.
  public var arrowLeft: Character
  /// Upward, rising.
  public var arrowUp: Character
  /// Downward, falling.
  public var arrowDown: Character
  /// What was left out of a text, or of an axis.
  public var ellipsis: Character
  /// A stretch of an axis that is left out because it says nothing.
  public var fold: Character
  /// The eight heights of a sparkline, lowest first.
  public var levels: [Character]

  /// The marks for terminals that speak UTF-8.
  public static let unicode = Glyphs(
    applied: "█", flushed: "▓", received: "▒", sent: "░", unsent: "·", commit: "┃", fork: "◆",
    neverAcknowledged: "╳", lost: "▚", leader: "★", selection: "▶", check: "✓", cross: "✗",
    warning: "!", play: "▶", pause: "‖", record: "●", rule: "━", divider: "│", done: "■",
    toDo: "□", arrowRight: "→", arrowLeft: "←", arrowUp: "↑", arrowDown: "↓",
    ellipsis: "…", fold: "≈",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])

  /// The marks for every other terminal.
  public static let ascii = Glyphs(
    applied: "#", flushed: "=", received: "+", sent: "-", unsent: ".", commit: "|", fork: "<",
    neverAcknowledged: "x", lost: "@", leader: "*", selection: ">", check: "v", cross: "x",
    warning: "!", play: ">", pause: "\"", record: "o", rule: "-", divider: "|", done: "#",
    toDo: ".", arrowRight: ">", arrowLeft: "<", arrowUp: "^", arrowDown: "v",
    ellipsis: "~", fold: "/",
    levels: ["_", ".", ",", "-", "=", "+", "*", "#"])

  /// The mark of a sparkline for `value` between 0 and `maximum`. Zero has the lowest mark, and only
  /// the maximum and what exceeds it the highest.
  public func level(_ value: Double, maximum: Double) -> Character {
    guard maximum > 0, value > 0 else { return levels[0] }
    let steps = Double(levels.count - 1)
    return levels[Int(min(1, value / maximum) * steps)]
  }

  /// What an ASCII terminal shows for `character`: itself, the variant of a mark of
  /// ``Glyphs/unicode``, or ``Legible/substitute``. The last resort for text that isn't a mark.
  public static func ascii(for character: Character) -> Character {
    if character.isASCII { return character }
    return translations[character] ?? Legible.substitute
  }

  /// Every mark in a fixed order, to pair the variants.
  private var all: [Character] {
    [
      applied, flushed, received, sent, unsent, commit, fork, neverAcknowledged, lost, leader,
      selection, check, cross, warning, play, pause, record, rule, divider, done, toDo, arrowRight,
      arrowLeft, arrowUp, arrowDown, ellipsis, fold,
    ] + levels
  }

  /// From Unicode to ASCII. Where a mark has two uses the first one counts; punctuation of prose
  /// comes along.
  private static let translations: [Character: Character] = {
    var table: [Character: Character] = [
      "–": "-", "—": "-", "‘": "'", "’": "'", "“": "\"", "”": "\"", "×": "x", "µ": "u",
      "─": "-", "≤": "<", "≥": ">", "•": "*", "┼": "+", "≠": "!",
    ]
    for (mark, plain) in zip(unicode.all, ascii.all) where table[mark] == nil {
      table[mark] = plain
    }
    return table
  }()
}
