import ArgumentParser

/// The root command; without a subcommand it starts the lab.
struct Replicascope: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicascope",
    abstract: "A replication lab in the terminal: see what clients lose, and why.",
    discussion: """
      Starts a leader and its followers in this process, each with a real write-ahead log on disk, \
      puts client load on them and shows live where each replica stands. Keys kill nodes, cut links, \
      change policies and force failovers; `?` lists them.

      EXAMPLES:
        replicascope
        replicascope lab --nodes 5 --ack "semi-sync 1"
        replicascope lab --headless --for 10s --json --do 'at 3s kill leader'
        replicascope demo
        replicascope workshop
        replicascope versus postgres mysql --script standby-cut-off
        replicascope simulate --seeds 1..100
        replicascope wal DIR/n1 --verify
      """,
    version: "0.1.0",
    subcommands: [
      LabCommand.self, DemoCommand.self, WorkshopCommand.self, VersusCommand.self,
      CheckCommand.self,
      SimulateCommand.self, WalCommand.self,
      BenchCommand.self,
    ],
    defaultSubcommand: LabCommand.self)
}
