import Operations
import Positions
import Testing

@testable import Dashboard

/// The lanes' axis: what it shows of every log, and that it keeps still.
@Suite struct AxisTests {
  private func snapshot(_ lag: Int, fork: Int = 0) -> ClusterSnapshot {
    var snapshot = Scenes.cluster(3)
    let end = 0x3A4F10 - lag
    snapshot.nodes[2].applied = LSN(UInt64(end))
    snapshot.nodes[2].flushed = LSN(UInt64(end))
    snapshot.nodes[2].received = LSN(UInt64(end))
    snapshot.nodes[2].sent = LSN(UInt64(end))
    if fork > 0 {
      let at = LSN(UInt64(0x3A4F10 - fork))
      snapshot.nodes[1].fork = ForkSnapshot(
        at: at, acknowledgedThrough: at, end: LSN(0x3A4F10), records: fork / 192)
    }
    return snapshot
  }

  @Test func everyPositionIsOnIt() {
    for lag in [0, 64, 1000, 5000, 100_000, 3_000_000] {
      let axis = Axis(snapshot(lag), columns: 50)
      #expect(axis.column(of: LSN(0x3A4F10)) < 50)
      #expect(axis.column(of: LSN(UInt64(0x3A4F10 - lag))) >= 0)
      // Columns follow each other without gaps or overlaps.
      for column in 1..<50 {
        #expect(axis.range(column).from >= axis.range(column - 1).from)
        if !axis.range(column).isFold, !axis.range(column - 1).isFold {
          #expect(axis.range(column).from == axis.range(column - 1).to)
        }
      }
    }
  }

  @Test func aSmallForkIsSeenBesideALongLag() {
    let axis = Axis(snapshot(3_000_000, fork: 16 * 192), columns: 50)
    #expect(axis.isFolded)
    let columns = axis.column(of: LSN(0x3A4F10)) - axis.column(of: LSN(0x3A4F10 - 16 * 192))
    #expect(columns >= 16)
    #expect(!Axis(snapshot(2000), columns: 50).isFolded)
  }

  @Test func itGrowsAtOnceAndShrinksOnlyAfterAWhile() {
    var memory: AxisMemory?
    func scale(_ lag: Int, _ milliseconds: Int) -> Int {
      let axis = Axis(snapshot(lag), columns: 50, memory: memory)
      memory = axis.memory(after: memory, at: milliseconds)
      return axis.scale
    }
    let calm = scale(0, 0)
    let large = scale(6000, 100)
    #expect(large > calm)
    #expect(scale(0, 200) == large)
    #expect(scale(0, 3000) == large)
    #expect(scale(5000, 3100) == large)
    #expect(scale(0, 3200) == large)
    _ = scale(0, 6300)
    #expect(scale(0, 6400) == calm)
  }

  @Test func troubleComesBeforeNumbers() {
    var snapshot = Scenes.cluster(20)
    snapshot.nodes[17].state = .dead
    snapshot.nodes[18].fork = ForkSnapshot(
      at: .zero, acknowledgedThrough: .zero, end: LSN(1), records: 1)
    snapshot.nodes[12].lag = Lag(bytes: 1 << 20, records: 5000, time: .seconds(9))
    var view = ViewState()
    view.selected = NodeID(16)
    let layout = Layout(Scene(snapshot), view: view, size: .init(columns: 80, rows: 24))
    for number in [1, 13, 16, 18, 19] { #expect(layout.shown.contains(NodeID(number))) }
  }
}
