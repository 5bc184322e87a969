import Testing

@testable import Workshop

/// A progress file says what was done, or why it can't be read.
@Suite struct ProgressTests {
  private static var progress: Progress {
    var progress = Progress()
    var record = Progress.Record()
    record.isDone = true
    (record.tries, record.hints, record.right, record.predicted, record.seconds) = (3, 1, 1, 2, 300)
    progress.records["one-copy"] = record
    progress.records["the-log"] = Progress.Record()
    return progress
  }

  @Test func itReadsBackAsItWasWritten() {
    #expect(Progress.read(Self.progress.text) == .progress(Self.progress))
    #expect(Progress.read(Progress().text) == .progress(Progress()))
  }

  @Test func aNewerCoursesFileIsKnownAsOne() {
    let text = Self.progress.text.replacing("course \(Progress.version)", with: "course 99")
    #expect(Progress.read(text) == .newer(99))
  }

  @Test func everyCutAndEveryChangedWordIsDamage() {
    let text = Self.progress.text
    for length in 0..<text.count {
      switch Progress.read(String(text.prefix(length))) {
      case .damaged: break
      case let other: #expect(Bool(false), "\(length) characters: \(other)")
      }
    }
    for (old, new) in [
      ("done", "dine"), ("tries 3", "tries x"), ("of 2", "of -2"), ("lesson", "lessen"),
    ] {
      guard case .damaged = Progress.read(text.replacing(old, with: new)) else {
        Issue.record("\(new) is taken")
        continue
      }
    }
  }

  @Test func whatWasDoneStaysDone() {
    var again = Progress.Record()
    again.tries = 2
    let sum = (Self.progress.records["one-copy"] ?? Progress.Record()).adding(again)
    #expect(sum.isDone)
    #expect(sum.tries == 5)
    #expect(sum.right == 1)
  }
}
