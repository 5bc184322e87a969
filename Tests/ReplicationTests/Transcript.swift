/// A lesson in a file: prose, commands, and what came of them.
///
/// Steps are separated by blank lines. A step's prose stands in lines that begin with `#`, then come
/// its commands, one a line, then `----`, then what is expected.
struct Transcript {
  struct Step {
    var prose: [String] = []
    var commands: [String] = []
    var expected: [String] = []
  }

  var steps: [Step] = []

  init(_ text: String) {
    var step = Step()
    var isExpecting = false
    func isEmpty(_ step: Step) -> Bool { step.prose.isEmpty && step.commands.isEmpty }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.isEmpty {
        if !isEmpty(step) { steps.append(step) }
        step = Step()
        isExpecting = false
      } else if isExpecting {
        step.expected.append(line)
      } else if line == "----" {
        isExpecting = true
      } else if line.hasPrefix("#") {
        step.prose.append(line)
      } else {
        step.commands.append(line)
      }
    }
    if !isEmpty(step) { steps.append(step) }
  }

  /// The file's text.
  var text: String {
    steps.map { step in
      let tail = step.commands.isEmpty ? [] : ["----"] + step.expected
      return (step.prose + step.commands + tail).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// The transcript with what really comes of its commands.
  func played() throws -> Transcript {
    var stage = Stage()
    var result = self
    for position in steps.indices where !steps[position].commands.isEmpty {
      var lines: [String] = []
      for command in steps[position].commands { lines += try stage.perform(command) }
      result.steps[position].expected = lines.isEmpty ? ["nothing happens"] : lines
    }
    return result
  }
}

/// Two texts side by side: `-` what was expected, `+` what came instead, around it a few lines alike.
func difference(expected: String, found: String) -> String {
  func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
  let (old, new) = (lines(expected), lines(found))
  let changes = new.difference(from: old)
  var removed: Set<Int> = []
  var inserted: Set<Int> = []
  for change in changes {
    switch change {
    case .remove(let offset, _, _): removed.insert(offset)
    case .insert(let offset, _, _): inserted.insert(offset)
    }
  }
  var merged: [(mark: String, line: String)] = []
  var (left, right) = (0, 0)
  while left < old.count || right < new.count {
    if removed.contains(left) {
      merged.append(("-", old[left]))
      left += 1
    } else if inserted.contains(right) {
      merged.append(("+", new[right]))
      right += 1
    } else {
      merged.append((" ", new[right]))
      left += 1
      right += 1
    }
  }
  let near = merged.indices.filter { position in
    let around = max(0, position - 3)...min(merged.count - 1, position + 3)
    return merged[around].contains { $0.mark != " " }
  }
  return near.map { "\(merged[$0].mark) \(merged[$0].line)" }.joined(separator: "\n")
}
