import Positions
import Records
import Replication

/// A record's place, `3/t1@n1`; `0` for the beginning.
private func place(_ point: LogPoint) -> String {
  point.index == .zero ? "0" : "\(point.index)/\(shown(point.term))"
}

private func shown(_ term: Term) -> String { "t\(term)" }

private func list(_ nodes: [NodeID]) -> String {
  nodes.map(\.description).joined(separator: " ")
}

extension Membership {
  /// `n1 n2 n3, learning n4`.
  var line: String {
    list(voters) + (learners.isEmpty ? "" : ", learning \(list(learners))")
  }
}

extension TermHistory {
  /// `1-3:t1@n1 4-5:t2@n2`; `nothing` for the empty log.
  var line: String {
    let beginning = origin.index == .zero ? [] : ["..\(place(origin))"]
    let stretches = spans.map { span in
      (span.first == span.last ? "\(span.first)" : "\(span.first)-\(span.last)")
        + ":\(shown(span.term))"
    }
    let all = beginning + stretches
    return all.isEmpty ? "nothing" : all.joined(separator: " ")
  }
}

extension RecordBatch {
  /// `2-3 of t1@n1 (x=1 y=2)`.
  var line: String {
    guard let term = entries.first?.term else { return "nothing" }
    let range = count == 1 ? "\(last.index)" : "\(firstIndex)-\(last.index)"
    let what = (0..<count).map { position in
      withPayload(at: position) { payload in
        switch entries[position].kind {
        case .noop: return "no-op"
        case .version: return "version"
        case .membership: return "members " + (Membership(encoded: payload)?.line ?? "?")
        case .write:
          guard let write = ClientWrite.decode(payload) else { return "?" }
          return "\(String(decoding: write.key, as: UTF8.self))="
            + String(decoding: write.value, as: UTF8.self)
        }
      }
    }
    return "\(range) of \(shown(term)) (\(what.joined(separator: " ")))"
  }
}

extension Message {
  /// The message in one line; rounds, hashes and byte positions left out.
  var line: String {
    switch self {
    case .preVoteRequest(let proposed, let head):
      "\(name): \(shown(proposed))? my log ends at \(place(head))"
    case .preVoteReply(let proposed, let granted, let head, let suspect, _):
      "\(name): \(shown(proposed)) \(granted ? "yes" : "no"), my log ends at "
        + place(head) + (suspect ? " and may have lost its tail" : "")
    case .voteRequest(let term, let head, let grounds):
      "\(name): \(shown(term)), my log ends at \(place(head))"
        + (grounds == .transfer ? ", never mind a leader" : "")
        + (grounds == .allSuspect ? ", all are suspect" : "")
    case .voteReply(let term, let granted):
      "\(name): \(shown(term)) \(granted ? "yes" : "no")"
    case .campaign(_, let transfer): "\(name)" + (transfer ? ": take over" : ": go first")
    case .append(let term, let batches, let previous, let commit, _, _):
      "\(name) in \(shown(term)): "
        + batches.map(\.line).joined(separator: " + ") + (batches.isEmpty ? "" : " ")
        + "after \(place(previous)), commit \(commit)"
    case .appendReply(let term, let positions, _):
      "\(name) in \(shown(term)): received \(positions.received) "
        + "flushed \(positions.flushed) applied \(positions.applied)"
    case .mismatch(_, let refused, let history, _):
      "\(name): not \(refused); I hold \(history.line)"
    case .installCheckpoint(_, let point, _, let membership):
      "\(name) through \(place(point)), members \(membership.line)"
    case .readIndexRequest(let id): "\(name) \(id)"
    case .readIndexReply(let id, let index):
      "\(name) \(id): " + (index?.description ?? "I don't lead")
    case .repairRequest(let after): "\(name) after \(after)"
    case .repairReply(let batch, let commit):
      "\(name): \(batch.line), commit \(commit)"
    case .repairDropped(let through): "\(name) through \(through)"
    }
  }
}

extension Replica {
  /// Where it stands, in one line.
  var line: String {
    let part =
      switch role {
      case .leader: "leader   "
      case .candidate: "candidate"
      case .follower: "follower "
      }
    var marks = isSuspect ? " suspect" : ""
    if isRebuilding { marks += " rebuilding" }
    if leadership?.isDegraded == true { marks += " degraded" }
    return "\(id) \(part) \(shown(term))\(marks)  log \(history.line)  "
      + "flushed \(flushed.index) commit \(commit) applied \(applied.index)"
  }
}

extension ReadPurpose {
  fileprivate var line: String {
    switch self {
    case .stream(let node): "for \(node)"
    case .apply: "to apply them"
    case .rebuild: "to rebuild its state"
    case .repair(let node): "to mend \(node)'s"
    }
  }
}

extension Notice {
  var line: String {
    switch self {
    case .campaigning(let term): "* asks who would vote for it in \(shown(term))"
    case .standsAside(let other): "* stands aside for \(other), whose log is further"
    case .elected(let term, let votes, let voters, let forced):
      "* leads \(shown(term)) " + (forced ? "by force" : "with \(votes) of \(voters) votes")
    case .steppedDown(let term, let why): "* leads no more (\(shown(term))): \(why)"
    case .follows(let leader, let term): "* follows \(leader) in \(shown(term))"
    case .diverged(let fork, let discarded):
      "* found its log parted from the leader's after \(fork): \(discarded) records go"
    case .commitRolledBack(let from, let to):
      "* takes back committed records \(to.next) to \(from)"
    case .chainDiffers(let index, let term):
      "* holds another record \(index)/\(shown(term)) than its leader"
    case .degraded: "* acknowledges alone from now on"
    case .restored: "* keeps the acknowledgement policy again"
    case .membership(let members): "* knows the members \(members.line)"
    case .cleared: "* knows that its log is whole"
    case .switchoverFailed(let target): "* gives up handing over to \(target)"
    case .takesCheckpoint(let point): "* takes the leader's checkpoint through \(place(point))"
    }
  }
}

extension Ensemble {
  /// An effect in one line, without its author; nil when it goes without saying.
  func line(for effect: Effect, isTerse: Bool) -> String? {
    if let told = told(effect) { return told }
    if isTerse { return nil }
    switch effect {
    case .append(let batch): return "appends \(batch.line)"
    case .saveVote(let term, let votedFor):
      return "saves \(shown(term))" + (votedFor.map { ", vote for \($0)" } ?? "")
    case .truncate(let point): return "cuts its log after \(point.index)"
    case .readLog(let after, let purpose): return "reads its log after \(after) \(purpose.line)"
    case .readCheckpoint(let index, let purpose):
      return "looks for a checkpoint at or below \(index) \(purpose.line)"
    case .install(let checkpoint):
      return "replaces its log by the checkpoint through \(place(checkpoint.point))"
    case .applied(let point, _): return "applied through \(point.index)"
    case .committed(let index, _): return "knows that \(index) is committed"
    default: return nil
    }
  }

  /// What clients and people are told.
  private func told(_ effect: Effect) -> String? {
    switch effect {
    case .acknowledge(let origins, _, let first, let through):
      return "ACKNOWLEDGES " + names(origins)
        + (first == through ? " (record \(first))" : " (records \(first) to \(through))")
    case .refuse(let origins, let why, let leader):
      return "refuses \(names(origins)): \(why.rawValue)" + hint(leader)
    case .abandon(let origins, _): return "can't say what becomes of \(names(origins))"
    case .answer(let id, .value(let version, let applied)):
      let key = key(ofRead: id)
      let value = version.map {
        "\(key)=\(String(decoding: $0.value, as: UTF8.self)) (record \($0.index))"
      }
      return "answers read \(id): \(value ?? "\(key) was never written"), state through \(applied)"
    case .answer(let id, .refused(let why, let leader)):
      return "refuses read \(id): \(why.rawValue)" + hint(leader)
    case .notice(let notice): return notice.line
    default: return nil
    }
  }

  private func hint(_ leader: NodeID?) -> String { leader.map { "; try \($0)" } ?? "" }

  private func names(_ origins: [WriteOrigin]) -> String {
    origins.map { name(of: $0) }.joined(separator: " ")
  }
}
