import Positions

/// Says what a condition found where it looked.
struct ConditionFindings {
  let facts: ConditionFacts
  private var lines: [String] = []
  private var seen: Set<String> = []

  /// Nodes of a quantifier that are named at most.
  private static let nodesMaximum = 5

  init(_ facts: ConditionFacts) { self.facts = facts }

  /// Every value that `formula` looks at once, in the order it names them.
  static func text(of formula: Formula, _ facts: ConditionFacts) -> String {
    var findings = ConditionFindings(facts)
    findings.add(formula)
    return findings.lines.joined(separator: ", ")
  }

  private mutating func add(_ formula: Formula) {
    switch formula {
    case .all(let formulas), .any(let formulas): for formula in formulas { add(formula) }
    case .not(let formula): add(formula)
    case .stands(let word):
      say(facts.truth(formula) == .holds ? word.rawValue : "not \(word.rawValue)")
    case .compares(let comparison): add(comparison)
    }
  }

  private mutating func add(_ comparison: Comparison) {
    let operands = [comparison.left, comparison.right]
    guard let quantifier = comparison.quantifier else {
      for operand in operands { add(operand, nil) }
      return
    }
    let nodes = deciding(comparison, quantifier)
    if nodes.isEmpty { say("there are no \(quantifier.group.plural)") }
    for node in nodes.prefix(Self.nodesMaximum) {
      for operand in operands { add(operand, node) }
    }
    if nodes.count > Self.nodesMaximum {
      say("\(nodes.count - Self.nodesMaximum) more like these")
    }
  }

  /// The nodes that make a quantified comparison what it is: who fails `all`, who holds for
  /// `any`, else everyone who is not known, else everyone.
  private func deciding(
    _ comparison: Comparison, _ quantifier: Comparison.Quantifier
  ) -> [NodeSnapshot] {
    let members = facts.members(of: quantifier.group)
    let truths = members.map { ($0, facts.truth(comparison, of: $0)) }
    let decides = if case .all = quantifier { Truth.fails } else { Truth.holds }
    for wanted in [decides, .unknown] {
      let deciding = truths.filter { $0.1 == wanted }
      if !deciding.isEmpty { return deciding.map(\.0) }
    }
    return members
  }

  private mutating func add(_ operand: Operand, _ node: NodeSnapshot?) {
    switch operand {
    case .leaf(let leaf):
      let name = Self.name(leaf, node)
      say("\(name) is \(text(facts.observe(leaf, each: node)))")
    case .sum(let plus, let minus, _): for operand in plus + minus { add(operand, node) }
    case .product(let factors, _): for factor in factors { add(factor.operand, node) }
    case .quantity, .node, .word, .text: break
    }
  }

  private mutating func say(_ line: String) {
    if seen.insert(line).inserted { lines.append(line) }
  }

  private static func name(_ leaf: ConditionLeaf, _ node: NodeSnapshot?) -> String {
    switch leaf {
    case .cluster(let word): word.rawValue
    case .node(let node, let field): "\(node).\(field.text)"
    case .each(let field): "\(node?.id.description ?? "node").\(field.text)"
    case .name(let name): name
    }
  }

  private func text(_ observed: Observed) -> String {
    switch observed {
    case .quantity(let quantity): quantity.description
    case .node(let node): node?.description ?? "none"
    case .word(let word): word
    case .hash(let hash): Chain(hash).description
    case .write(let write): text(write)
    case .read(let read): Self.text(read)
    case .truth(let value): value ? "so" : "not so"
    case .unknown(let why): "unknown (\(why))"
    }
  }

  private func text(_ write: LastWriteSnapshot) -> String {
    let state =
      switch write.state {
      case .waiting: "waiting"
      case .acknowledged(let node): "acknowledged by \(node)"
      case .refused(let why): "refused (\(why))"
      case .unanswered: "unanswered"
      }
    // Where several nodes take writes, a place in one's log says little.
    guard facts.snapshot.model.singleLeader != nil else { return state }
    let place = write.position.map { "at \(Quantity(Double($0.rawValue), .position))" }
    return state + " " + (place ?? "at no position that is known")
  }

  private static func text(_ read: LastReadSnapshot) -> String {
    let stale = read.isStale ? " and stale" : ""
    return switch read.state {
    case .waiting: "waiting"
    case .unanswered: "unanswered"
    case .missing: "missing" + stale
    case .value(let value): "\"\(TextForm.legible(value))\"" + stale
    case .values(let values):
      "siblings " + values.map { "\"\(TextForm.legible($0))\"" }.joined(separator: ", ") + stale
    }
  }
}
