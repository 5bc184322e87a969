import Cluster
import Operations
import Positions
import Scenarios
import Synchronization
import Terminal
import World

#if canImport(Glibc)
  import Glibc
#endif

/// A plan carried out on real files, under the dashboard or headless.
struct Live {
  var plan: Plan
  var options: Terminal.Options
  var json: Bool
  var headless: Bool
  /// Whether a presenter goes through a script by hand.
  var isStepwise = false
  /// Where it is recorded to; nil: nowhere.
  var recordsTo: RecordingOptions?

  /// The directories of the clusters that there were; all but the first belong to a script.
  private final class Directories: Sendable {
    private let all = Mutex<[DataDirectory]>([])

    func keep(_ directory: DataDirectory) { all.withLock { $0.append(directory) } }

    func close() {
      let directories = all.withLock { directories in
        defer { directories = [] }
        return directories
      }
      for directory in directories { directory.close() }
    }
  }

  /// Carries it out, and ends the program.
  func run(_ alarm: Alarm) throws -> Never {
    let directories = Directories()
    let first = try Self.open(plan.data, plan.knobs)
    directories.keep(first)
    let engine: LiveEngine
    do {
      engine = try LiveEngine(
        configuration: Self.configuration(plan.knobs, plan.load, for: first),
        world: LiveWorld(root: first.path), timed: plan.commands, keepsEvents: headless,
        direction: plan.runner.map {
          LiveDirection($0, hasAudience: !headless, isStepwise: isStepwise)
        }, fresh: plan.data == nil ? fresh(directories) : nil, onChange: { alarm.ring() })
    } catch {
      directories.close()
      throw Failure(.inputOutput, "\(error)")
    }
    let status: Int32
    do {
      status =
        headless
        ? play(engine, alarm)
        : try Screen(engine: engine, alarm: alarm, options: options, recordsTo: recordsTo).run()
    } catch {
      engine.close()
      directories.close()
      throw error
    }
    directories.close()
    Glibc.exit(status)
  }

  private func play(_ engine: LiveEngine, _ alarm: Alarm) -> Int32 {
    guard plan.runner == nil || plan.duration != nil else {
      return PlayHeadless(isJSON: json, again: "on real files").run(engine, alarm: alarm)
    }
    return Headless(
      format: json ? .json : .plain, duration: plan.duration, spacing: plan.spacing
    ).run(engine, alarm: alarm)
  }

  /// Clusters after the first have temporary directories of their own.
  private func fresh(_ directories: Directories) -> LiveEngine.Fresh {
    { knobs, load in
      let directory = try Self.open(nil, knobs)
      directories.keep(directory)
      return (Self.configuration(knobs, load, for: directory), LiveWorld(root: directory.path))
    }
  }

  /// Opens or makes a data directory; without a path a temporary one.
  private static func open(_ path: String?, _ knobs: Knobs) throws -> DataDirectory {
    var random = SystemRandomNumberGenerator()
    let cluster = random.next()
    do {
      guard let path else {
        return try DataDirectory(temporaryFor: knobs.nodes, clusterID: cluster)
      }
      let hasRules = knobs.model != .singleLeader
      let kind = DirectoryKind(
        model: knobs.model.rawValue,
        resolution: hasRules ? KnobSetting.resolution(knobs.resolution).value : "")
      return try DataDirectory(
        path: path, nodes: knobs.nodes, newClusterID: cluster, kind: kind)
    } catch let error as DataDirectoryError {
      throw Failure(.configuration, "\(error)")
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
  }

  /// The cluster's beginning; an existing directory's number of nodes stands.
  private static func configuration(
    _ knobs: Knobs, _ load: LoadChange, for directory: DataDirectory
  ) -> ClusterConfiguration {
    var random = SystemRandomNumberGenerator()
    var knobs = knobs
    knobs.seed = nil
    knobs.nodes = directory.nodes
    var configuration = ClusterConfiguration(
      knobs: knobs, load: load, clusterID: directory.clusterID, bootEpoch: directory.bootEpoch,
      seed: random.next())
    configuration.members = directory.members
    configuration.hasServed = directory.hasServed
    return configuration
  }
}
