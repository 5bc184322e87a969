import Canvas
import Operations
import Positions

/// What a model adds to the links: which of them carry logs, and who suspects whom.
struct LinkOverlay {
  /// The topology's links; nil where every link is used.
  let used: Set<Pen.Pair>?
  /// Nodes that do not run.
  let down: Set<NodeID>
  /// How strongly one node suspects another, where anybody does.
  let suspicions: [Pen.Pair: Double]

  init(_ snapshot: ClusterSnapshot) {
    var suspicions: [Pen.Pair: Double] = [:]
    switch snapshot.model {
    case .singleLeader: (used, down) = (nil, [])
    case .multiLeader(let model):
      down = Set(snapshot.nodes.filter { !$0.state.isUp }.map(\.id))
      used = Set(model.edges.map { Pen.Pair(from: $0.from, to: $0.to) })
    case .leaderless(let model):
      (used, down) = (nil, [])
      for place in model.ring where snapshot.node(place.node)?.state.isUp ?? false {
        for (node, phi) in zip(snapshot.nodes, place.suspicions) {
          guard let phi, phi >= 1 else { continue }
          suspicions[Pen.Pair(from: place.node, to: node.id)] = phi
        }
      }
    }
    self.suspicions = suspicions
  }
}

extension Pen {
  /// Nodes that run, and that at least half of those that run think down.
  var suspected: [NodeID] {
    guard case .leaderless(let model) = snapshot.model else { return [] }
    let threshold = snapshot.knobs.leaderless.phiThreshold
    let isUp = Set(snapshot.nodes.filter(\.state.isUp).map(\.id))
    let up = model.ring.filter { isUp.contains($0.node) }
    return snapshot.nodes.indices.compactMap { position in
      let id = snapshot.nodes[position].id
      guard isUp.contains(id) else { return nil }
      let suspecting = up.filter {
        position < $0.suspicions.count && ($0.suspicions[position] ?? 0) >= threshold
      }
      return !suspecting.isEmpty && suspecting.count * 2 >= up.count ? id : nil
    }
  }

  /// The sign of a suspicion.
  private var phi: String { glyphs == .ascii ? "p" : "φ" }

  var linksTitle: String {
    let axes = "row\(glyphs.arrowRight)col"
    return switch snapshot.model {
    case .multiLeader: "links \(snapshot.knobs.multiLeader.topology.rawValue)  \(axes)"
    case .singleLeader, .leaderless: "links  \(axes)"
    }
  }

  /// A link's mark with what the model has to say of it.
  func mark(
    _ text: String, _ style: Style, _ overlay: LinkOverlay, _ pair: Pair
  ) -> (String, Style) {
    if let used = overlay.used {
      guard used.contains(pair) else { return (String(glyphs.unsent), .dim) }
      guard !overlay.down.contains(pair.from), !overlay.down.contains(pair.to) else {
        return ("dead", Style(.vermilion, bold: true))
      }
    }
    guard let value = overlay.suspicions[pair] else { return (text, style) }
    let isDown = value >= snapshot.knobs.leaderless.phiThreshold
    let number = "\(phi)\(Int(min(99, value)))"
    let state = text == "*" ? "" : String(text.prefix(1))
    return (
      state + number, state.isEmpty ? Style(isDown ? .vermilion : .yellow, bold: isDown) : style
    )
  }

  /// What the marks mean that only this model has.
  var modelLegends: [String] {
    switch snapshot.model {
    case .singleLeader: return []
    case .multiLeader:
      guard snapshot.knobs.multiLeader.topology != .all else { return [] }
      return ["* carries logs  \(glyphs.unsent) not used", "* used \(glyphs.unsent) unused"]
    case .leaderless:
      let least = Short.fixed(snapshot.knobs.leaderless.phiThreshold, 0)
      return [
        "* ok  \(phi)9 row suspects col, from \(least) on down",
        "* ok \(phi)9 suspects \(glyphs.cross) cut",
        "*ok \(phi)suspect \(glyphs.cross)cut",
      ]
    }
  }
}
