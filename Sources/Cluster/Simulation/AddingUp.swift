import Positions
import Records
import Replication

/// Whether states are what their logs add up to, by a count of our own.
extension Cluster {
  /// One line for each running node whose state is not what its log adds up to: every write of a
  /// session applied once, in the log's order. Where no node has the whole log in its memory, nothing is
  /// known.
  var statesThatDoNotAddUp: [String] {
    let running = memberNodes.filter(\.isRunning).compactMap(\.replica)
    guard let whole = running.first(where: { $0.window.first.index == .zero }),
      let batches = whole.window.batches(after: .zero, maximumBytes: .max)
    else { return [] }
    var state = KeyValueState()
    for batch in batches {
      var index = batch.previous.index
      for (position, entry) in batch.entries.enumerated() {
        index = index.next
        guard entry.kind == .write else { continue }
        batch.withPayload(at: position) { payload in
          guard let write = ClientWrite.decode(payload) else { return }
          state.apply(write, index: index, term: entry.term)
        }
      }
    }
    let head = whole.head
    return running.filter { $0.applied == head && $0.state.hash != state.hash }
      .map { "\($0.id)'s state is not what its log adds up to: every write of a session once" }
  }
}
