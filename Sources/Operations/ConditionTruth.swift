import Positions

// Whether what a condition says is so.
extension ConditionFacts {
  // MARK: Values

  /// A number; nil when a part of it is unknown, or something is divided by nothing.
  func value(_ operand: Operand, each node: NodeSnapshot? = nil) -> Quantity? {
    switch operand {
    case .quantity(let quantity): return quantity
    case .leaf(let leaf):
      switch observe(leaf, each: node) {
      case .quantity(let quantity): return quantity
      case .write(let write):
        return write.position.map { Quantity(Double($0.rawValue), .position) }
      default: return nil
      }
    case .sum(let plus, let minus, let dimension):
      var sum = 0.0
      for (operands, sign) in [(plus, 1.0), (minus, -1.0)] {
        for operand in operands {
          guard let part = value(operand, each: node) else { return nil }
          sum += sign * part.value
        }
      }
      return Self.finite(sum, dimension)
    case .product(let factors, let dimension): return product(factors, dimension, node)
    case .node, .word, .text: return nil
    }
  }

  /// A rate is a number a second, a time nanoseconds: what makes one of the other takes that into
  /// account.
  private func product(
    _ factors: [Operand.Factor], _ dimension: Quantity.Dimension, _ node: NodeSnapshot?
  ) -> Quantity? {
    var product = 1.0
    for factor in factors {
      guard var part = value(factor.operand, each: node) else { return nil }
      if part.dimension == .time { part.value /= 1e9 }
      product = factor.divides ? product / part.value : product * part.value
    }
    return Self.finite(dimension == .time ? product * 1e9 : product, dimension)
  }

  private static func finite(_ value: Double, _ dimension: Quantity.Dimension) -> Quantity? {
    value.isFinite ? Quantity(value, dimension) : nil
  }

  // MARK: Truth

  func truth(_ formula: Formula) -> Truth {
    switch formula {
    case .all(let formulas): .all(formulas.map(truth))
    case .any(let formulas): .any(formulas.map(truth))
    case .not(let formula): !truth(formula)
    case .stands(let word):
      if case .truth(let holds) = observe(.cluster(word)) { Truth(holds) } else { .unknown }
    case .compares(let comparison): truth(comparison)
    }
  }

  private func truth(_ comparison: Comparison) -> Truth {
    switch comparison.quantifier {
    case nil: truth(comparison, of: nil)
    case .all(let group): .all(members(of: group).map { truth(comparison, of: $0) })
    case .any(let group): .any(members(of: group).map { truth(comparison, of: $0) })
    }
  }

  /// Whether a comparison holds, `node` being the one that its quantifier speaks of.
  func truth(_ comparison: Comparison, of node: NodeSnapshot?) -> Truth {
    let isEqual =
      switch comparison.right {
      case .word(let word): isAs(comparison.left, word, node)
      case .text(let text): isRead(comparison.left, text)
      default: isSame(comparison.left, comparison.right, node)
      }
    switch comparison.order {
    case .equals: return isEqual
    case .differs: return !isEqual
    case .less, .atMost, .atLeast, .more:
      guard let left = value(comparison.left, each: node),
        let right = value(comparison.right, each: node)
      else { return .unknown }
      return switch comparison.order {
      case .less: Truth(left.value < right.value)
      case .atMost: Truth(left.value <= right.value)
      case .atLeast: Truth(left.value >= right.value)
      default: Truth(left.value > right.value)
      }
    }
  }

  private func observe(_ operand: Operand, _ node: NodeSnapshot?) -> Observed {
    switch operand {
    case .leaf(let leaf): observe(leaf, each: node)
    case .node(let node): .node(node)
    default: value(operand, each: node).map(Observed.quantity) ?? .unknown("")
    }
  }

  private func isSame(_ left: Operand, _ right: Operand, _ node: NodeSnapshot?) -> Truth {
    if let left = value(left, each: node), let right = value(right, each: node) {
      return Truth(left.value == right.value)
    }
    switch (observe(left, node), observe(right, node)) {
    case (.node(let left), .node(let right)): return Truth(left == right)
    case (.word(let left), .word(let right)): return Truth(left == right)
    case (.hash(let left), .hash(let right)): return Truth(left == right)
    default: return .unknown
    }
  }

  private func isAs(_ operand: Operand, _ word: String, _ node: NodeSnapshot?) -> Truth {
    switch observe(operand, node) {
    case .word(let found): Truth(found == word)
    case .write(let write): Truth(write.state.word == word)
    case .read(let read): read.truth(of: word)
    default: .unknown
    }
  }

  private func isRead(_ operand: Operand, _ text: String) -> Truth {
    guard case .read(let read) = observe(operand, nil) else { return .unknown }
    return switch read.state {
    case .value(let value): Truth(value == text)
    case .values(let values): Truth(values.joined(separator: ", ") == text)
    case .missing: .fails
    case .waiting, .unanswered: .unknown
    }
  }
}

extension LastReadSnapshot {
  /// Whether it is as `word` says; what it gave is unknown until it gave something.
  fileprivate func truth(of word: String) -> Truth {
    switch (word, state) {
    case ("waiting", _): Truth(state == .waiting)
    case ("unanswered", .waiting): .unknown
    case ("unanswered", _): Truth(state == .unanswered)
    case (_, .waiting), (_, .unanswered): .unknown
    case ("missing", _): Truth(state == .missing)
    case ("siblings", .values): .holds
    case ("siblings", _): .fails
    default: Truth(isStale)
    }
  }
}
