import Dashboard

/// The keys of a lesson on one page of text.
enum KeyCard {
  private static let width = 78

  static func show() { for line in lines { Output.line(line) } }

  static var lines: [String] {
    var lines = ["replicascope: the keys", String(repeating: "=", count: 22), ""]
    let rows = Bindings.table(.lesson)
    let label = rows.map(\.label.count).max() ?? 0
    for row in rows {
      let key = row.label + String(repeating: " ", count: label - row.label.count)
      var line = "  \(key) "
      let margin = String(repeating: " ", count: label + 3)
      for word in row.meaning.split(separator: " ") {
        if line.count + 1 + word.count > width {
          lines.append(line)
          line = margin
        }
        line += " \(word)"
      }
      lines.append(line)
    }
    lines += [
      "",
      "  While a question is asked, 1-9 answer it. After p, d or o comes a node's digit:",
      "  p3 both ways, p>3 one way, p0 all. Everything else is typed behind a colon:",
      "  :ack majority   :cut n1 -> n3   :write K V   :read K from n3   :answer slow-disk n3",
    ]
    return lines
  }
}
