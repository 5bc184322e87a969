import Positions
import Testing

@testable import Checking

/// What must come in time where nothing is wrong with nodes, disks and links.
@Suite struct VigilTests {
  /// n1 leads three nodes in the first term; a time-out is a second.
  private func ledStory(_ rule: AckRule = .majority) -> Story {
    var story = Story(rule)
    story.see(.timing(electionTimeout: .seconds(1), automatic: true))
    story.see(.voters(of: NodeID(1), (1...3).map { NodeID($0) }))
    story.elect(1, first, [])
    return story
  }

  // MARK: Leaders

  @Test func nobodyCampaignsWhereAMajorityHearsALeader() {
    var story = ledStory()
    story.wait(seconds: 6, hearing: [1, 2])
    story.expectNothing()
    story.see(.campaigned(node: NodeID(3), term: third, because: .silence))
    story.expectViolation("n3 campaigns in term 3, although n1 leads term 1 and 2 of 3 voters")
  }

  @Test(arguments: [
    (1.0, [1, 2, 3], CampaignReason.silence), (6, [1], .silence), (6, [1, 2, 3], .handover),
  ])
  func whoMayCampaign(seconds: Double, hearing: [Int], reason: CampaignReason) {
    var story = ledStory()
    story.wait(seconds: seconds, hearing: hearing, reaching: [1, 2, 3])
    story.see(.campaigned(node: NodeID(3), term: third, because: reason))
    story.expectNothing()
  }

  @Test func whoeverCameBackLatelyIsNoHearer() {
    var story = ledStory()
    story.wait(seconds: 6, hearing: [1, 2])
    story.wait(seconds: 0.1, hearing: [1], reaching: [1, 2])
    story.wait(seconds: 1, hearing: [1, 2])
    story.see(.campaigned(node: NodeID(3), term: third, because: .silence))
    story.expectNothing()
  }

  @Test func withCheckQuorumALoneLeaderStepsDown() {
    var story = ledStory()
    story.wait(seconds: 5.5, hearing: [1])
    story.expectNothing()
    story.wait(seconds: 1, hearing: [1])
    story.expectViolation("n1 leads term 1, although it has reached 1 of 3 voters for 6 s")
  }

  @Test func underAnotherTimeOutALeaderIsAloneFromThenOn() {
    var story = ledStory()
    story.wait(seconds: 5, hearing: [1])
    story.see(.timing(electionTimeout: .milliseconds(300), automatic: true))
    // Timers that were set before run on.
    story.wait(seconds: 5, hearing: [1])
    story.expectNothing()
    story.wait(seconds: 1, hearing: [1])
    story.expectViolation("n1 leads term 1, although it has reached 1 of 3 voters for 3 s")
  }

  @Test func slowLinksAreNotCut() {
    var story = ledStory()
    story.wait(seconds: 20, hearing: [1], reaching: [1, 2])
    story.expectNothing()
  }

  @Test func aLeaderThatHearsANewerOneStepsDown() {
    var story = ledStory()
    story.see(.voters(of: NodeID(2), (1...3).map { NodeID($0) }))
    story.elect(2, second, [])
    story.wait(seconds: 1, hearing: [1, 2, 3])
    story.expectNothing()
    story.wait(seconds: 0.5, hearing: [1, 2, 3])
    story.expectViolation("n1 still leads term 1, although n2 leads term 2")
  }

  @Test func someoneLeadsWhereAllHearOneAnother() {
    var story = ledStory()
    story.see(.steppedDown(node: NodeID(1), term: first))
    story.wait(seconds: 30, hearing: [1, 2])
    story.wait(seconds: 9, hearing: [1, 2, 3])
    story.expectNothing()
    story.wait(seconds: 2, hearing: [1, 2, 3])
    story.expectViolation("nobody leads, although all voters have heard one another for 10 s")
  }

  @Test func underManualFailoverNobodyNeedLead() {
    var story = ledStory()
    story.see(.steppedDown(node: NodeID(1), term: first))
    story.see(.timing(electionTimeout: .seconds(1), automatic: false))
    story.wait(seconds: 30, hearing: [1, 2, 3])
    story.expectNothing()
  }

  // MARK: Answers

  @Test func whoIsAskedAnswers() {
    var story = ledStory()
    story.wait(seconds: 6, hearing: [1, 2, 3])
    story.see(.asked(node: NodeID(1)))
    story.wait(seconds: 4.5, hearing: [1, 2, 3])
    story.expectNothing()
    story.wait(seconds: 1, hearing: [1, 2, 3])
    story.expectViolation("n1 acknowledges nothing, although clients have asked it for 5 s")
  }

  @Test func whoHandsOverNeedNotAnswer() {
    var story = ledStory()
    story.wait(seconds: 6, hearing: [1, 2, 3])
    story.see(.asked(node: NodeID(1)))
    story.wait(seconds: 4, hearing: [1, 2, 3])
    story.see(.handover)
    story.wait(seconds: 4, hearing: [1, 2, 3])
    story.expectNothing()
  }

  @Test func aPolicyIsKeptAgain() {
    var story = ledStory(.all)
    story.see(.degraded(leader: NodeID(1)))
    for node in 1...3 { story.flush(node, 4, first) }
    story.wait(seconds: 5.5, hearing: [1, 2, 3])
    #expect(story.checker.violationCount == 0)
    story.wait(seconds: 1, hearing: [1, 2, 3])
    story.expectViolation("n1 still acknowledges alone")
  }

  @Test(
    arguments: [
      ([3], [], false), ([2, 3], [], true), ([2], [1, 2], true), ([3], [1, 2], false),
    ] as [([Int], [Int], Bool)])
  func whoeverIsTheFirstHasEverything(holding: [Int], list: [Int], isWrong: Bool) {
    var story = ledStory(.first(1, of: list.map { NodeID($0) }))
    story.see(.degraded(leader: NodeID(1)))
    for node in [1] + holding { story.flush(node, 4, first) }
    story.wait(seconds: 6.5, hearing: [1, 2, 3])
    #expect(story.checker.violationCount == (isWrong ? 1 : 0))
  }

  @Test func whileAFollowerLagsALeaderMayAcknowledgeAlone() {
    var story = ledStory(.all)
    story.see(.degraded(leader: NodeID(1)))
    for node in 1...2 { story.flush(node, 4, first) }
    story.wait(seconds: 20, hearing: [1, 2, 3])
    #expect(story.checker.violationCount == 0)
  }
}
