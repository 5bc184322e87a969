import Canvas
import Testing

@Suite struct DiffTests {
  private func canvas(_ rows: String...) -> Canvas {
    var canvas = Canvas(size: Size(columns: 6, rows: rows.count))
    for (y, row) in rows.enumerated() { canvas.put(row, at: Point(x: 0, y: y)) }
    return canvas
  }

  /// What a screen shows after the runs are drawn on `canvas`.
  private func apply(_ diff: Diff, to canvas: Canvas) -> Canvas {
    var canvas = canvas
    for run in diff.runs {
      for (offset, cell) in run.cells.enumerated() {
        canvas[run.start.x + offset, run.start.y] = cell
      }
    }
    return canvas
  }

  @Test func equalScreensNeedNothing() {
    #expect(Diff(from: canvas("abc", "d"), to: canvas("abc", "d")).isEmpty)
  }

  @Test func onlyWhatChangedIsDrawn() {
    let old = canvas("abcdef", "ghijkl")
    var new = canvas("abXYef", "ghijkZ")
    new[0, 1].style = .bold
    let diff = Diff(from: old, to: new)
    #expect(diff.runs.map(\.start) == [Point(x: 2, y: 0), Point(x: 0, y: 1), Point(x: 5, y: 1)])
    #expect(diff.runs.map { String($0.cells.map(\.character)) } == ["XY", "g", "Z"])
    #expect(apply(diff, to: old) == new)
  }

  @Test func theFirstScreenAndAnotherSizeAreDrawnWhole() {
    let new = canvas("ab", "cd")
    for old in [nil, canvas("ab")] {
      let diff = Diff(from: old, to: new)
      #expect(diff.runs.map(\.cells.count) == [6, 6])
      #expect(apply(diff, to: Canvas(size: new.size)) == new)
    }
    #expect(Diff(from: nil, to: Canvas(size: Size(columns: 0, rows: 3))).isEmpty)
  }
}
