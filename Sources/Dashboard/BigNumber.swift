import Canvas

/// Numbers that the last row of a room can read: five rows high.
enum BigNumber {
  /// Rows of a digit.
  static let height = 5
  /// Columns of a digit, with the space behind it.
  static let width = 8

  /// The digits, three pixels wide, a row a line.
  private static let digits: [[String]] = [
    ["###", "# #", "# #", "# #", "###"], [" # ", "## ", " # ", " # ", "###"],
    ["###", "  #", "###", "#  ", "###"], ["###", "  #", "###", "  #", "###"],
    ["# #", "# #", "###", "  #", "  #"], ["###", "#  ", "###", "  #", "###"],
    ["###", "#  ", "###", "# #", "###"], ["###", "  #", "  #", "  #", "  #"],
    ["###", "# #", "###", "# #", "###"], ["###", "# #", "###", "  #", "###"],
  ]

  /// Draws a number; false when it has no room.
  static func draw(
    _ value: Int, in rect: Rect, _ cell: Cell, on canvas: inout Canvas
  ) -> Bool {
    let text = String(value)
    guard value >= 0, text.count * width - 2 <= rect.width, rect.height >= height else {
      return false
    }
    for (position, digit) in text.compactMap(\.wholeNumberValue).enumerated() {
      for (row, line) in digits[digit].enumerated() {
        for (column, pixel) in line.enumerated() where pixel == "#" {
          let x = rect.x + position * width + column * 2
          canvas[x, rect.y + row] = cell
          canvas[x + 1, rect.y + row] = cell
        }
      }
    }
    return true
  }
}
