import Canvas
import Operations

/// How a table is laid out: rows where all columns fit; else a record a column, as psql's and mysql's
/// expanded display turn it; else rows without the columns that matter least.
struct TableShape {
  typealias Part = SystemLines.Part

  private static let gap = 2
  private static let left = 2
  /// The widest a record's column gets before its cells go on in a further line.
  private static let cellMaximum = 30
  /// The narrowest that a column is made by cutting its cells short.
  private static let shrunkMinimum = 24
  /// Records one below the other are read with difficulty when there are more groups of them.
  private static let groupsMaximum = 2

  let lines: [[Part]]

  init(_ table: SystemStatus.Table, width: Int) {
    let whole = Array(table.columns.indices)
    let widths = whole.map { column in
      max(
        Legible.width(table.columns[column].name),
        table.rows.map { Legible.width($0[column]) }.max() ?? 0)
    }
    if Self.width(whole, widths) <= width {
      lines = Self.rows(table, whole, widths)
    } else if let shrunk = Self.shrunk(table, whole, widths, width) {
      lines = Self.rows(table, whole, shrunk)
    } else if table.expands, let expanded = Self.expanded(table, width: width) {
      lines = expanded
    } else {
      var kept = whole
      while Self.width(kept, widths) > width, Self.shrunk(table, kept, widths, width) == nil,
        let rank = kept.map({ table.columns[$0].rank }).max(), rank > 0
      {
        kept.removeAll { table.columns[$0].rank == rank }
      }
      lines = Self.rows(table, kept, Self.shrunk(table, kept, widths, width) ?? widths)
    }
  }

  /// The widths with the column that may be cut short as narrow as need be; nil where that is no help.
  private static func shrunk(
    _ table: SystemStatus.Table, _ columns: [Int], _ widths: [Int], _ width: Int
  ) -> [Int]? {
    guard let column = columns.first(where: { table.columns[$0].shrinks }) else { return nil }
    var widths = widths
    widths[column] -= max(0, self.width(columns, widths) - width)
    return widths[column] >= shrunkMinimum ? widths : nil
  }

  private static func width(_ columns: [Int], _ widths: [Int]) -> Int {
    columns.reduce(left - gap + 1) { $0 + widths[$1] + gap }
  }

  private static func rows(
    _ table: SystemStatus.Table, _ columns: [Int], _ widths: [Int]
  ) -> [[Part]] {
    func line(_ cells: [String], _ style: (String) -> Style) -> [Part] {
      var x = left
      var parts: [Part] = []
      for column in columns {
        if !cells[column].isEmpty {
          let text = cells[column]
          parts.append(Part(x: x, text: text, style: style(text), limit: widths[column]))
        }
        x += widths[column] + gap
      }
      return parts
    }
    return [line(table.columns.map(\.name)) { _ in .dim }] + table.rows.map { line($0, style) }
  }

  // MARK: A record a column

  private static func expanded(_ table: SystemStatus.Table, width: Int) -> [[Part]]? {
    let labels = table.columns.map { Legible.width($0.name) }.max() ?? 0
    let widths = table.rows.map { row in
      min(cellMaximum, row.map(Legible.width).max() ?? 0)
    }
    var groups: [[Int]] = []
    var x = width
    for (row, cell) in widths.enumerated() {
      if x + gap + cell >= width {
        guard left + labels + gap + cell < width else { return nil }
        groups.append([])
        x = left + labels
      }
      groups[groups.count - 1].append(row)
      x += gap + cell
    }
    guard groups.count <= groupsMaximum else { return nil }
    return groups.flatMap { group($0, of: table, labels, widths) }
  }

  private static func group(
    _ rows: [Int], of table: SystemStatus.Table, _ labels: Int, _ widths: [Int]
  ) -> [[Part]] {
    table.columns.enumerated().flatMap { column, head -> [[Part]] in
      let cells = rows.map { folded(table.rows[$0][column], to: widths[$0]) }
      let height = max(1, cells.map(\.count).max() ?? 1)
      return (0..<height).map { line in
        var parts: [Part] = []
        if line == 0 { parts.append(Part(x: left, text: head.name, style: .dim)) }
        var x = left + labels + gap
        for (position, row) in rows.enumerated() {
          if line < cells[position].count {
            let text = cells[position][line]
            parts.append(Part(x: x, text: text, style: column == 0 ? .bold : style(text)))
          }
          x += widths[row] + gap
        }
        return parts
      }
    }
  }

  /// A cell in lines, broken behind commas.
  private static func folded(_ text: String, to width: Int) -> [String] {
    guard Legible.width(text) > width else { return text.isEmpty ? [] : [text] }
    var lines = [""]
    for piece in text.split(separator: ",") {
      let piece = lines == [""] ? String(piece) : ",\(piece)"
      if Legible.width(lines[lines.count - 1] + piece) > width {
        lines[lines.count - 1] += ","
        lines.append(String(piece.dropFirst()))
      } else {
        lines[lines.count - 1] += piece
      }
    }
    return lines
  }

  /// Words of a tool that say that something is amiss.
  private static let amiss: Set<String> = [
    "DN", "OFF", "Connecting", "ROLLBACK", "RECOVERING", "(not reachable/healthy)", "behind",
    "catchup", "potential", "(no row)", "not found", "(nothing)",
  ]

  private static func style(_ text: String) -> Style {
    amiss.contains(text) ? Style(.yellow, bold: true) : .normal
  }
}
