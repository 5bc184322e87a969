import Operations
import Positions

/// What is kept of the lanes' axis from frame to frame, so that it does not jump to and fro.
public struct AxisMemory: Equatable, Sendable {
  /// Bytes a column.
  var scale: Int
  /// Whether a stretch that all logs agree on was left out.
  var isFolded: Bool
  /// Since when a finer scale would do, in milliseconds; nil when none would.
  var finerSince: Int?

  /// How long a finer scale must do before it is taken, in milliseconds.
  static let patience = 3000
}

/// The columns of the lanes' shared axis, in bytes of log.
///
/// It is one stretch up to the furthest position, or two with a fold between them: a stretch in
/// which no log has an end is the same on every lane and says nothing, but beside it a fork of a few
/// records would be too small to see.
struct Axis {
  /// A run of columns of equal size.
  private struct Segment {
    /// Its first column.
    var column: Int
    /// How many columns.
    var count: Int
    /// The position at its first column.
    var from: LSN
  }

  /// Columns that a fold takes.
  private static let foldWidth = 3
  /// Columns kept free at the right.
  private static let margin = 4
  /// The finest scale.
  private static let finest = 64

  /// Bytes a column.
  let scale: Int
  /// How many columns.
  let columns: Int
  /// The furthest position of any log.
  let head: LSN
  /// The scale that would do.
  private let natural: Int
  private let segments: [Segment]

  /// Whether a stretch is left out.
  var isFolded: Bool { segments.count > 1 }

  /// The position of the first column.
  var left: LSN { segments[0].from }

  /// An axis on which the furthest position stands near the right, and as much of every running
  /// replica's lag as can be shows.
  init(_ snapshot: ClusterSnapshot, columns: Int, memory: AxisMemory? = nil) {
    self.columns = columns
    let (ends, least, leastLive) = Self.ends(snapshot)
    let head = ends.last ?? .zero
    self.head = head
    let room = max(8, columns - Self.margin)
    let whole = Self.scale(for: head.distance(from: least), room: room)
    let live = Self.scale(for: head.distance(from: leastLive), room: room)
    let gap = Self.widestGap(ends.filter { $0 >= least })
    let rest = head.distance(from: least) - (gap.map { $0.to.distance(from: $0.from) } ?? 0)
    let folded = Self.scale(for: rest, room: room - Self.foldWidth - 4)
    // A fold that is there stays for longer than one would be made.
    let gain = memory?.isFolded == true ? 4 : 8
    let isWorthIt =
      folded * gain <= whole && folded * gain <= live || folded <= live && live < whole
    if let gap, isWorthIt, gap.to.distance(from: gap.from) > 12 * folded {
      natural = folded
      scale = memory?.isFolded == true ? max(folded, memory?.scale ?? 0) : folded
      segments = Self.fold(gap, head: head, scale: scale, room: room)
    } else {
      // Dead nodes' ends are shown where that costs nothing: here it would cost the others' scale.
      natural = live
      scale = memory?.isFolded == false ? max(live, memory?.scale ?? 0) : live
      let step = UInt64(scale)
      let end = (head.rawValue + step - 1) / step * step
      let shown = UInt64(room) * step
      segments = [
        Segment(column: 0, count: columns, from: LSN(end > shown ? end - shown : 0))
      ]
    }
  }

  /// Every position at which a lane changes, in order, the least that is shown, and the least of a
  /// node that runs.
  private static func ends(
    _ snapshot: ClusterSnapshot
  ) -> (ends: [LSN], least: LSN, leastLive: LSN) {
    guard case .singleLeader(let model) = snapshot.model else { return ([], .zero, .zero) }
    var ends = [model.commit]
    var least = model.commit
    var leastOfAll = model.commit
    for node in snapshot.nodes {
      let isGone = node.state == .dead || node.state == .fenced || node.state == .refused
      ends += isGone ? [node.flushed] : [node.applied, node.flushed, node.received]
      if !isGone, node.state != .recovering || node.applied > .zero {
        least = min(least, node.applied, node.flushed)
      }
      if isGone, node.flushed > .zero { leastOfAll = min(leastOfAll, node.flushed) }
      if let sent = node.sent, !isGone { ends.append(sent) }
      if let fork = node.fork {
        ends += [fork.at, fork.acknowledgedThrough, fork.end]
        if !isGone { least = min(least, fork.at) }
      }
    }
    return (ends.sorted(), min(least, leastOfAll), least)
  }

  /// The least scale, doubling from the finest, at which `span` and a quarter fit into `room`.
  private static func scale(for span: Int, room: Int) -> Int {
    var scale = finest
    while scale * max(1, room) < max(1, span) * 5 / 4, scale < 1 << 40 { scale *= 2 }
    return scale
  }

  private static func widestGap(_ ends: [LSN]) -> (from: LSN, to: LSN)? {
    zip(ends, ends.dropFirst()).max {
      $0.1.distance(from: $0.0) < $1.1.distance(from: $1.0)
    }.map { (from: $0.0, to: $0.1) }
  }

  private static func fold(
    _ gap: (from: LSN, to: LSN), head: LSN, scale: Int, room: Int
  ) -> [Segment] {
    let step = UInt64(scale)
    let rightFrom = LSN(gap.to.rawValue / step * step).advanced(by: -2 * scale)
    let rightCount = head.distance(from: rightFrom) / scale + 1
    let leftCount = max(1, room - foldWidth - rightCount)
    let leftEnd = LSN((gap.from.rawValue / step + 2) * step)
    let before = UInt64(leftCount) * step
    let leftFrom = LSN(leftEnd.rawValue > before ? leftEnd.rawValue - before : 0)
    return [
      Segment(column: 0, count: leftCount, from: leftFrom),
      Segment(
        column: leftCount + foldWidth, count: rightCount + margin, from: rightFrom),
    ]
  }

  /// The positions that a column stands for, and whether it is part of a fold.
  func range(_ column: Int) -> (from: LSN, to: LSN, isFold: Bool) {
    let segment = segments.last { $0.column <= column } ?? segments[0]
    let offset = column - segment.column
    if offset >= segment.count, let next = segments.first(where: { $0.column > column }) {
      return (segment.from.advanced(by: segment.count * scale), next.from, true)
    }
    return (
      segment.from.advanced(by: offset * scale), segment.from.advanced(by: (offset + 1) * scale),
      false
    )
  }

  /// The last column that a log up to a position fills; -1 when it is left of the axis.
  func column(of position: LSN) -> Int {
    for segment in segments.reversed() {
      let distance = position.distance(from: segment.from)
      if distance > 0 {
        return segment.column + min((distance - 1) / scale, segment.count + Self.foldWidth - 1)
      }
    }
    return -1
  }

  /// How the scale is written.
  var label: String {
    if scale < 1024 { return "1 col = \(scale) B" }
    if scale < 1 << 20 { return "1 col = \(scale >> 10) KiB" }
    return "1 col = \(scale >> 20) MiB"
  }

  /// What the next frame keeps of this one: a finer scale is taken only once it has done for a while.
  func memory(after before: AxisMemory?, at milliseconds: Int) -> AxisMemory {
    var memory = AxisMemory(scale: scale, isFolded: isFolded, finerSince: nil)
    guard natural < scale else { return memory }
    let since = before?.finerSince ?? milliseconds
    if milliseconds - since > AxisMemory.patience {
      memory.scale = natural
    } else {
      memory.finerSince = since
    }
    return memory
  }
}
