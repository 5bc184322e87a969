// What can be compared with what, and what to say when it can't.
extension ConditionParser {
  func asNumber(_ part: Part, at start: Int) throws(ParseFailure) -> (Operand, Quantity.Dimension) {
    let (operand, sort) = try asValue(part, at: start)
    guard let dimension = sort.dimension else {
      throw reader.failure("\(sort.article) is no number: nothing is added to it", at: start)
    }
    return (operand, dimension)
  }

  func requireLike(
    _ left: (operand: Operand, sort: ConditionSort, start: Int),
    _ right: (operand: Operand, sort: ConditionSort, start: Int)
  ) throws(ParseFailure) {
    if let one = left.sort.dimension, let other = right.sort.dimension {
      if one.compares(with: other) || isZero(left.operand) || isZero(right.operand) { return }
      if let missing = unitMissing(right.operand, other, one) {
        throw reader.failure(missing, at: right.start)
      }
      if let missing = unitMissing(left.operand, one, other) {
        throw reader.failure(missing, at: left.start)
      }
    } else if left.sort == right.sort {
      return
    }
    throw reader.failure(
      "\(left.sort.article) is never \(right.sort.article)", at: right.start)
  }

  /// Nothing is nothing in any unit.
  private func isZero(_ operand: Operand) -> Bool { operand == .quantity(Quantity(0, .number)) }

  /// What to say when `operand` is a bare number where another dimension is expected.
  func unitMissing(
    _ operand: Operand, _ dimension: Quantity.Dimension, _ wanted: Quantity.Dimension
  ) -> String? {
    guard case .quantity = operand, dimension == .number, let units = wanted.units else {
      return nil
    }
    return "\(wanted.article) is expected here: the number needs its unit "
      + "(\(units.names.joined(separator: ", "))), as \(units.example)"
  }

  /// What to say of a word that means nothing.
  func unknown(_ word: String, at start: Int) -> ParseFailure {
    if let lacking = ConditionWord.isLacking(word, in: scope.model) {
      return reader.failure(lacking, at: start)
    }
    if let unit = Reader.conditionUnit(word) {
      return reader.failure("\(unit.name) is a unit: a number stands before it", at: start)
    }
    let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let (owner, field) = (String(parts[0]), String(parts[1]))
      let groups = Comparison.Group.all(in: scope.model)
      if let group = groups.first(where: { owner == $0.plural || owner == $0.singular }) {
        return reader.failure(
          "say whether all \(group.plural).\(field) or any \(group.singular).\(field) is meant",
          at: start)
      }
      if owner == "leader", scope.model == .singleLeader {
        return reader.failure(
          "leader is a node: its words stand after its name, as n1.\(field)", at: start)
      }
    }
    if let dash = word.firstIndex(of: "-"), isKnown(String(word[..<dash])) {
      return reader.failure(
        "\(word) is one name, and not known: a minus stands between spaces", at: start)
    }
    return reader.failure(
      "\(word) is nothing that conditions know", at: start,
      nearest: Nearest.match(word, in: scope.valueWords)
        ?? scope.nodes.sorted().first.flatMap { node in
          Nearest.match(word, in: NodeWord.all(in: scope.model).map(\.rawValue)).map {
            "\(node).\($0)"
          }
        })
  }

  private func isKnown(_ word: String) -> Bool {
    ClusterWord(rawValue: word) != nil || scope.names[word] != nil
      || NodeWord(rawValue: word) != nil || word.first == "n"
  }
}
