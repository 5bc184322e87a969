// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: Swift 6 language mode (the tools version's default), warnings are errors.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error)
]

/// A module of the package with the modules that it may see; `ArchitectureTests` keeps the arrows.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The test target that mirrors a module.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "replicascope",
  traits: [
    .trait(
      name: "PlantedBugs",
      description: "Mutations of protocol and log that only tests switch on, each by its name")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // The bottom: words and bytes.
    module("Positions", []),
    .target(name: "CProcessor"),
    module("Records", ["Positions", "CProcessor"]),
    module("Canvas", []),

    // The log, the world it lives in, the protocol, the checkers.
    module("WriteAheadLog", ["Positions", "Records", "CProcessor", collections]),
    .target(name: "CSystem"),
    module("World", ["Positions", "WriteAheadLog", "CProcessor", "CSystem", collections]),
    module("Replication", ["Positions", "Records", "CProcessor", collections]),
    module("Checking", ["Positions", "CProcessor", collections]),

    // The boundary between engines and screens, and the engine in this process.
    module("Operations", ["Positions"]),
    module(
      "Cluster",
      [
        "Positions", "Records", "WriteAheadLog", "World", "Replication", "Checking", "Operations",
        collections, histogram,
      ]),

    .target(name: "CTexts"),
    module("Scenarios", ["Positions", "Operations", "CTexts"]),
    .target(
      name: "Workshop", dependencies: ["Positions", "Operations", "Scenarios", "CTexts"],
      exclude: ["Lessons"], swiftSettings: strict),

    // The screen.
    module("Dashboard", ["Positions", "Canvas", "Operations"]),
    .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw")]),
    module("Terminal", ["Canvas", "CNcurses"]),
    .executableTarget(
      name: "replicascope",
      dependencies: [
        "Cluster", "Scenarios", "Workshop", "Dashboard", "Terminal", "Canvas", "Operations",
        "Replication", "World",
        "WriteAheadLog", "Records", "Positions", arguments,
      ],
      swiftSettings: strict),

    // The tests mirror the modules.
    tests("PositionsTests", ["Positions"]),
    tests("RecordsTests", ["Records", "Positions", "CProcessor"]),
    tests("CanvasTests", ["Canvas"]),
    tests("TerminalTests", ["Terminal", "Canvas", "CNcurses"]),
    tests("WriteAheadLogTests", ["WriteAheadLog", "World", "Records", "Positions"]),
    tests("WorldTests", ["World", "WriteAheadLog", "Positions"]),
    tests(
      "ReplicationTests", ["Replication", "Records", "Positions"], exclude: ["Transcripts"]),
    tests("CheckingTests", ["Checking", "Positions"]),
    tests("OperationsTests", ["Operations", "Positions"]),
    tests(
      "ScenariosTests", ["Scenarios", "Cluster", "Operations", "Positions"],
      exclude: ["Transcripts"]),
    tests(
      "WorkshopTests",
      ["Workshop", "Scenarios", "Cluster", "Operations", "Positions"]),
    .testTarget(
      name: "DashboardTests", dependencies: ["Dashboard", "Canvas", "Operations", "Positions"],
      exclude: ["Goldens"], swiftSettings: strict),
    tests(
      "ClusterTests",
      [
        "Cluster", "Checking", "Operations", "Positions", "Replication", "World", "WriteAheadLog",
      ]),
    tests("ArchitectureTests", []),
    tests("ProcessTests", ["replicascope", "WriteAheadLog", "World", "Positions"]),
  ]
)
