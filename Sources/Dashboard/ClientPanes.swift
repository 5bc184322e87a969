import Canvas
import Operations
import Positions

/// What the clients do and wait for.
extension Pen {
  func clients(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, rect.width > 10 else { return }
    let clients = snapshot.clients
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "clients",
      right: clients.load.workload?.rawValue ?? "", pane: .clients, on: &canvas)
    func time(_ value: Double?) -> String { value.map(Short.milliseconds) ?? "-" }
    let rate =
      clients.load.rate.map { $0 == .infinity ? "as fast as it goes" : "\(Short.count($0))/s" }
      ?? "-"
    let ack = clients.recentAcknowledgement
    let reads = clients.recentReads
    let count = clients.load.clients ?? 0
    let (lost, outclocked) = (snapshot.lost, snapshot.outclocked)
    let losers = outclocked > 0 ? "losers \(Short.count(Double(outclocked)))  " : ""
    let lines: [(String, Style)] = [
      ("\(count) clients, \(rate)", .normal),
      (
        "writes \(Short.count(clients.writesPerSecond))/s  reads "
          + "\(Short.count(clients.readsPerSecond))/s", .bold
      ),
      ("ack  p50 \(time(ack.p50))  p99 \(time(ack.p99))", .normal),
      ("read p50 \(time(reads.p50))  p99 \(time(reads.p99))", .normal),
      (
        "waiting \(Short.count(Double(clients.waiting)))  refused \(clients.refused)",
        clients.waiting > 2 * count ? Style(.yellow, bold: true) : .normal
      ),
      (
        "acked \(Short.count(Double(snapshot.ledger.acknowledged)))  lost \(lost)  \(losers)"
          + "stale \(snapshot.ledger.staleReads)",
        lost + outclocked > 0 ? Style(.vermilion, bold: true) : .normal
      ),
      ("timed out \(clients.timedOut)", clients.timedOut > 0 ? Style(.yellow) : .normal),
    ]
    var y = rect.y + 1
    for (text, style) in lines where y < rect.bottom {
      put(
        text, at: Point(x: rect.x + 1, y: y), style: style, limit: rect.width - 2, on: &canvas)
      y += 1
    }
    guard y < rect.bottom else { return }
    let width = min(60, rect.width - 2)
    canvas.put(
      sparkline(clients.writesHistory, width: width, floor: 1),
      at: Point(x: rect.x + 1, y: y), style: Style(.green))
  }

  /// The last ten seconds' latencies, a row a doubling, with the percentiles where they fall.
  func latency(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 2, rect.width > 24 else { return }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "ack latency, last 10 s",
      on: &canvas)
    let ack = snapshot.clients.recentAcknowledgement
    let bars = Self.bars(ack.buckets, rows: rect.height - 1)
    guard !bars.isEmpty else {
      canvas.put(
        "nothing acknowledged", at: Point(x: rect.x + 1, y: rect.y + 1), style: .dim)
      return
    }
    let most = Double(bars.map(\.count).max() ?? 1)
    let room = rect.width - 26
    var below = 0.0
    for (row, bar) in bars.enumerated() {
      let y = rect.y + 1 + row
      let bound = "\(glyphs.arrowLeft == "<" ? "<" : "≤")\(Short.milliseconds(bar.upTo))"
      canvas.put(bound, endingAt: rect.x + 9, y: y, style: .dim)
      let length = Int((Double(bar.count) / max(1, most) * Double(room)).rounded(.up))
      for x in 0..<max(0, length) {
        canvas[rect.x + 10 + x, y] = Cell(glyphs.applied, Style(.blue))
      }
      var x = rect.x + 11 + max(0, length)
      x += canvas.put(Short.count(Double(bar.count)), at: Point(x: x, y: y), style: .dim) + 1
      for (name, value) in [("p50", ack.p50), ("p99", ack.p99)] {
        guard let value, value > below, value <= bar.upTo || row == bars.count - 1 else { continue }
        x +=
          canvas.put(
            "\(glyphs.arrowLeft)\(name)", at: Point(x: x, y: y), style: Style(.orange, bold: true))
          + 1
      }
      below = bar.upTo
    }
  }

  /// The buckets from the first that is used to the last; those that have no row of their own
  /// join the last.
  private static func bars(
    _ buckets: [LatencySnapshot.Bucket], rows: Int
  ) -> [LatencySnapshot.Bucket] {
    guard let first = buckets.firstIndex(where: { $0.count > 0 }),
      let last = buckets.lastIndex(where: { $0.count > 0 })
    else { return [] }
    var bars = Array(buckets[first...last])
    while bars.count > max(1, rows) {
      let end = bars.removeLast()
      bars[bars.count - 1].count += end.count
      bars[bars.count - 1].upTo = end.upTo
    }
    return bars
  }
}
