/// The cells in which one screen differs from another: what has to be drawn.
public struct Diff: Hashable, Sendable {
  /// Neighbouring cells of a row that changed.
  public struct Run: Hashable, Sendable {
    /// Where the run begins.
    public var start: Point
    /// The cells as they are now.
    public var cells: ArraySlice<Cell>
  }

  /// The changed runs, top to bottom and left to right.
  public let runs: [Run]

  /// Finds what changed from `old` to `new`; without an old screen of the same size, everything.
  public init(from old: Canvas?, to new: Canvas) {
    let columns = new.size.columns
    guard let old, old.size == new.size else {
      runs = (0..<(columns == 0 ? 0 : new.size.rows)).map { row in
        Run(
          start: Point(x: 0, y: row), cells: new.cells[row * columns..<(row + 1) * columns])
      }
      return
    }
    guard old.cells != new.cells else {
      runs = []
      return
    }
    runs = (0..<new.size.rows).flatMap { Self.changes(row: $0, old.cells, new.cells, columns) }
  }

  /// Whether the screens are the same.
  public var isEmpty: Bool { runs.isEmpty }

  private static func changes(row: Int, _ old: [Cell], _ new: [Cell], _ columns: Int) -> [Run] {
    var runs: [Run] = []
    var index = row * columns
    let end = index + columns
    while index < end {
      guard old[index] != new[index] else {
        index += 1
        continue
      }
      let start = index
      while index < end, old[index] != new[index] { index += 1 }
      runs.append(
        Run(start: Point(x: start - row * columns, y: row), cells: new[start..<index]))
    }
    return runs
  }
}
