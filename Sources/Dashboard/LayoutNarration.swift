import Canvas
import Operations

/// Where the narration stands, and what is said about keys beside it.
extension Layout {
  /// Places the narration above the footer, and messages.
  ///
  /// - Returns: the rows of the panes, and those that messages leave of them.
  mutating func place(
    _ narration: Narration?, in inner: Rect, of size: Size, lanes count: Int, _ view: ViewState
  ) -> (stage: Rect, body: Rect) {
    guard let narration else {
      let (body, said) = inner.splitBottom(view.messageRows)
      message = said
      return (inner, body)
    }
    let rows = Self.rows(narration, inner, size, lanes: count, view)
    let (stage, story) = inner.splitBottom(rows)
    self.narration = story
    // Whoever types has the keys and looks at the last rows; a text that is read stays where it is.
    if view.mode == .prompt || view.mode == .confirm {
      message = story.splitBottom(view.messageRows).bottom
      return (stage, stage)
    }
    let (body, said) = stage.splitBottom(view.messageRows)
    message = said
    // Where there are lanes only, their legend gives way.
    let hasRoom =
      view.isOnPage || view.isFullScreen || body.height >= min(count, Self.lanesKept) + 2
    return (stage, hasRoom ? body : stage)
  }

  /// Rows of the narration: always as many on one screen, so that nothing jumps, and more only for a
  /// text that could not be read otherwise.
  private static func rows(
    _ narration: Narration, _ inner: Rect, _ size: Size, lanes count: Int, _ view: ViewState
  ) -> Int {
    // Beside a page: where the script stands, and what comes next.
    if view.isOnPage { return 2 }
    if view.isFullScreen, view.pane == .narration { return inner.height }
    if narration.lesson?.hasCluster == false { return inner.height }
    // A room reads; the lanes and what clients can rely on are enough beside that.
    if view.isPresented {
      let lanes = min(count, lanesKept) + 2
      return max(7, min(inner.height - lanes, inner.height * 3 / 5))
    }
    let usual = size.rows >= 50 ? 12 : size.rows >= 34 ? 10 : size.rows >= 20 ? 7 : 6
    let needed = Story(narration, width: inner.width, rows: usual).needed
    let most = inner.height - min(count, lanesKept) - 2
    guard needed <= max(usual, most) else { return min(needed, inner.height) }
    let rows = max(usual, needed)
    return most - rows == 1 ? most : rows
  }
}

extension ViewState {
  /// Whether a page stands where the panes were.
  var isOnPage: Bool {
    switch page {
    case .help, .node, .lost, .compare, .siblings, .system: true
    default: false
    }
  }
}
