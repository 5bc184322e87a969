import Positions
import Replication
import World

/// A few things that travel together; one costs no memory of its own.
struct Bundle<Element: Sendable>: Sendable {
  private(set) var first: Element
  private(set) var rest: [Element] = []

  init(_ first: Element) { self.first = first }

  mutating func append(_ element: consuming Element) { rest.append(element) }

  var count: Int { 1 + rest.count }

  /// Calls `body` with each, in order.
  @inline(__always)
  func forEach(_ body: (Element) -> Void) {
    body(first)
    for element in rest { body(element) }
  }
}

/// What peers and their clients say at one moment, until everything that is due was handled: what goes
/// the same way then travels together, as it does on a connection.
struct PeerPost: Sendable {
  struct Letter: Sendable {
    var from: NodeID
    var to: NodeID
    var messages: Bundle<PeerMessage>
  }

  struct Question: Sendable {
    /// Where its clients are: a position among the cluster's sites.
    var site: Int
    var to: NodeID
    var requests: Bundle<PeerRequest>
  }

  struct Reply: Sendable {
    var from: NodeID
    var site: SiteID
    var answers: Bundle<RequestAnswer>
  }

  private(set) var letters: [Letter] = []
  private(set) var questions: [Question] = []
  private(set) var replies: [Reply] = []

  var isEmpty: Bool { letters.isEmpty && questions.isEmpty && replies.isEmpty }

  mutating func put(_ message: consuming PeerMessage, from sender: NodeID, to receiver: NodeID) {
    if let place = letters.lastIndex(where: { $0.from == sender && $0.to == receiver }) {
      letters[place].messages.append(message)
    } else {
      letters.append(Letter(from: sender, to: receiver, messages: Bundle(message)))
    }
  }

  mutating func put(_ request: consuming PeerRequest, from site: Int, to node: NodeID) {
    if let place = questions.lastIndex(where: { $0.to == node && $0.site == site }) {
      questions[place].requests.append(request)
    } else {
      questions.append(Question(site: site, to: node, requests: Bundle(request)))
    }
  }

  mutating func put(_ answer: consuming RequestAnswer, from node: NodeID, to site: SiteID) {
    if let place = replies.lastIndex(where: { $0.from == node && $0.site == site }) {
      replies[place].answers.append(answer)
    } else {
      replies.append(Reply(from: node, site: site, answers: Bundle(answer)))
    }
  }

  /// Takes everything out; the space stays.
  mutating func empty() {
    letters.removeAll(keepingCapacity: true)
    questions.removeAll(keepingCapacity: true)
    replies.removeAll(keepingCapacity: true)
  }
}

/// What a client hears of a request.
struct RequestAnswer: Sendable {
  var request: UInt64
  var reply: PeerReply
}

extension Cluster {
  /// Sends on its way what was said at this moment.
  mutating func sendPost() {
    if post.isEmpty { return }
    var post = PeerPost()
    swap(&post, &self.post)
    for letter in post.letters { send(letter) }
    for question in post.questions {
      guard
        let arrival = network.transmit(
          from: .client(sites[question.site]), to: .node(question.to), bytes: 0, now: now,
          random: &random)
      else { continue }
      queue.schedule(.requests(question.requests, to: question.to), at: arrival)
    }
    for reply in post.replies {
      let arrival =
        network.transmit(
          from: .node(reply.from), to: .client(reply.site), bytes: 0, now: now, random: &random)
        ?? now
      queue.schedule(.peerAnswers(reply.answers, by: reply.from), at: arrival)
    }
    post.empty()
    swap(&post, &self.post)
  }

  private mutating func send(_ letter: PeerPost.Letter) {
    let (sender, receiver) = (letter.from, letter.to)
    guard receiver.offset < nodes.count else { return }
    var size = 0
    letter.messages.forEach { size += $0.size }
    guard
      let arrival = network.transmit(
        from: sender, to: receiver, bytes: size, now: now, random: &random)
    else { return }
    if let again = network.duplicate(
      from: sender, to: receiver, arrival: arrival, random: &random)
    {
      queue.schedule(.peerMessages(letter.messages, from: sender, to: receiver), at: again)
    }
    if figures.latencies.isFollowing {
      letter.messages.forEach { watch($0, from: sender, to: receiver, arrival: arrival) }
    }
    watchForwarded(letter, arrival: arrival)
    queue.schedule(.peerMessages(letter.messages, from: sender, to: receiver), at: arrival)
  }

  /// Measures what stale reads are predicted from.
  private mutating func watch(
    _ message: PeerMessage, from sender: NodeID, to receiver: NodeID, arrival: Instant
  ) {
    switch message {
    case .store(let number, _, _, nil), .fetch(let number, _):
      figures.latencies.sent(number, by: sender, to: receiver, at: now, arrival: arrival)
    case .stored(let number) where LeaderlessReplica.isWrite(number), .fetched(let number, _):
      figures.latencies.answered(
        number, by: sender, to: receiver, arrival: arrival, replicas: replicaCount)
    default: break
    }
  }

  /// Before that: whether a request's messages are among those that are measured.
  mutating func watch(_ message: PeerMessage, from sender: NodeID) {
    switch message {
    case .store(let number, _, _, nil) where LeaderlessReplica.isWrite(number):
      figures.latencies.asks(number, by: sender, at: now, isWrite: true)
    case .fetch(let number, _):
      figures.latencies.asks(number, by: sender, at: now, isWrite: false)
    default: break
    }
  }

  /// Notes when requests that were sent on reach the nodes that coordinate them.
  private mutating func watchForwarded(_ letter: PeerPost.Letter, arrival: Instant) {
    letter.messages.forEach {
      if case .forward(let request, _) = $0 { figures.latencies.reached(request.id, at: arrival) }
    }
  }
}
