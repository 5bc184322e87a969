import Cluster
import Foundation
import Operations
import Positions
import Scenarios
import Testing

/// Plays scripts in the simulated world, to nobody.
enum Playing {
  static func script(_ text: String) throws -> Script {
    switch ScriptParser.parse(text) {
    case .script(let script): return script
    case .errors(let errors): throw ScriptErrors(errors)
    }
  }

  static func play(_ text: String, seed: UInt64? = nil, keepsCopies: Bool = true) throws -> Play {
    let runner = ScriptRunner(
      try script(text), name: "test", overriding: seed.map { [.seed($0)] } ?? [])
    let (knobs, load) = runner.start
    let machine = try TimeMachine(
      configuration: .simulated(
        knobs: knobs, load: ClusterConfiguration.defaultLoad.merging(load), seed: knobs.seed ?? 1),
      keepsCopies: keepsCopies)
    return Play(machine: machine, director: runner, keepsCopies: keepsCopies)
  }

  /// Plays to the end.
  ///
  /// - Returns: what was told.
  @discardableResult
  static func finish(_ play: inout Play) -> [Play.Told] {
    var told: [Play.Told] = []
    var pause = Play.Pause.reached
    while pause != .over {
      pause = play.run(until: play.machine.now + .seconds(1))
      told += play.takeTold()
    }
    return told
  }

  static func failure(_ play: Play) -> ScriptFailure? { (play.director as? ScriptRunner)?.failure }

  static func lines(_ told: [Play.Told]) -> [String] {
    told.flatMap { each -> [String] in
      switch each {
      case .event(let event): Transcript.line(event).map { [$0] } ?? []
      case .entry(let entry): Transcript.lines(entry)
      }
    }
  }

  static func kinds(_ told: [Play.Told]) -> [TranscriptEntry.Kind] {
    told.compactMap { if case .entry(let entry) = $0 { entry.kind } else { nil } }
  }
}
