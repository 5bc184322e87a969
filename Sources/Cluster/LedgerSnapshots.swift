import Checking
import Operations

extension Cluster {
  /// What was promised and lost, as the checker has it.
  var ledgerSnapshot: LedgerSnapshot {
    let ledger = checker.ledger
    var snapshot = LedgerSnapshot()
    snapshot.acknowledged = ledger.acknowledged
    (snapshot.acknowledgedTerm, snapshot.acknowledgedThrough) = ledger.newestAcknowledged
    snapshot.lost = ledger.lost
    snapshot.lostUnlisted = max(0, ledger.lost - ledger.lostWrites.count)
    snapshot.lostWrites = ledger.lostWrites.map {
      LostWriteSnapshot(key: $0.key, index: $0.index, term: $0.term, why: $0.why)
    }
    snapshot.staleReads = ledger.staleReads
    snapshot.violations = checker.violations.map { "\($0.at) \($0.text)" }
    snapshot.violationCount = checker.violationCount
    snapshot.findings = checker.findings.map { "\($0.at) \($0.text)" }
    snapshot.findingCount = checker.findingCount
    return snapshot
  }

  /// Says how many acknowledged writes are lost in all, when it is more than was said: a deposed
  /// leader goes on acknowledging after the election that was told with a smaller number.
  mutating func tellLosses() {
    let lost = checker.ledger.lost
    guard lost > toldLost else { return }
    toldLost = lost
    say(.finding, nil, "\(lost) acknowledged writes lost in all: those after the election too")
  }

  /// Tells people what the checker found since it was last asked.
  mutating func tellFindings() {
    let violations = checker.violationCount - toldViolations
    if violations > 0 {
      toldViolations = checker.violationCount
      for report in checker.violations.suffix(violations) { say(.violation, nil, report.text) }
    }
    let findings = checker.findingCount - toldFindings
    if findings > 0 {
      toldFindings = checker.findingCount
      for report in checker.findings.suffix(findings) { say(.finding, nil, report.text) }
    }
  }
}
