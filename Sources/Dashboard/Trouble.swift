import Operations
import Positions

extension NodeSnapshot {
  /// How much a node is worth a look: 0 when all is well.
  var trouble: Int {
    if fork != nil { return 7 }
    switch state {
    case .refused, .dead, .fenced: return 6
    case .frozen, .suspect: return 5
    case .recovering: return 4
    case .running: break
    }
    if isLagging || diskFull { return 3 }
    return diskDelay > .zero || clockOffset != .zero || clockDrift != 0 ? 2 : 0
  }

  /// Whether its state or its disk is half a second behind, or more.
  var isLagging: Bool {
    max(lag.time ?? .zero, flushLag.time ?? .zero) >= .milliseconds(500)
  }

  /// What is wrong with its disk or its clock; nil when nothing is.
  var ailment: String? {
    if diskFull { return "disk full" }
    if diskDelay > .zero { return "disk +\(Short.milliseconds(diskDelay.milliseconds))" }
    if clockOffset != .zero {
      let sign = clockOffset > .zero ? "+" : "-"
      return "clock \(sign)\(Short.milliseconds(abs(clockOffset.milliseconds)))"
    }
    if clockDrift != 0 { return "clock \(Short.fixed(clockDrift, 0))ppm" }
    return nil
  }
}
