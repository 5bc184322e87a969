import Positions

// What the systems without a leader show of themselves.
extension SystemView {
  private var quorums: LeaderlessSnapshot { snapshot.model.leaderless ?? LeaderlessSnapshot() }

  private var watched: WatchedKeySnapshot? { quorums.versions.watched }

  /// Nodes that the asked one takes for down.
  private var suspected: Set<NodeID> {
    guard let host, let place = quorums.ring.first(where: { $0.node == host.id }) else { return [] }
    let threshold = snapshot.knobs.leaderless.phiThreshold
    let down = zip(snapshot.nodes, place.suspicions).filter { ($0.1 ?? 0) >= threshold }
    return Set(down.map(\.0.id))
  }

  private var isWatched: String { "no key is looked at: Esc, then W, or :watch KEY" }

  private func value(_ version: VersionSnapshot) -> String { version.value ?? "(deleted)" }

  // MARK: Cassandra

  var cassandra: SystemStatus {
    var status = SystemStatus("nodetool status")
    guard let host else {
      status.notes = ["no node runs: there is nobody to ask"]
      return status
    }
    var ring = SystemStatus.Table(
      "nodetool -h \(host.id) status",
      [
        .init("--"), .init("Address"), .init("Tokens", 1), .init("Owns (effective)"),
        .init("Rack", 2), .init("hints for others"), .init("still to stream", 3),
      ])
    let down = suspected
    for place in quorums.ring {
      let site = node(place.node)?.site.description ?? ""
      ring.rows.append([
        down.contains(place.node) ? "DN" : "UN", "\(place.node)",
        "\(snapshot.knobs.leaderless.virtualNodes)", owned(place), site,
        hints(of: place), place.pending > 0 ? "\(place.pending) keys" : "",
      ])
    }
    status.tables = [ring, endpoints]
    status.notes = [
      "UN and DN are what \(host.id) takes the others for; others may differ",
      "Unavailable: \(quorums.unavailable) requests, refused before anything was tried",
    ]
    return status
  }

  /// A node that is not there keeps its part of the ring; how large that is, only it has told.
  private func owned(_ place: LeaderlessSnapshot.RingNode) -> String {
    node(place.node).map(isUp) == true ? ToolText.percent(place.share) : "?"
  }

  private func hints(of place: LeaderlessSnapshot.RingNode) -> String {
    let each = place.hintsFor.map { "\($0.count) for \($0.node)" }
    if each.isEmpty { return place.hints > 0 ? "\(place.hints)" : "" }
    return each.joined(separator: ", ")
  }

  private var endpoints: SystemStatus.Table {
    var table = SystemStatus.Table(
      "nodetool getendpoints \(watched.map(\.key) ?? "KEY")",
      [.init("replica"), .init("value", shrinks: true), .init("WRITETIME(value)"), .init("", 1)],
      empty: isWatched)
    for holder in watched?.holders ?? [] where holder.hintFor == nil {
      let version = holder.versions.first
      table.rows.append([
        "\(holder.node)", version.map(value) ?? "(no row)",
        version.map { "\($0.clock.nanoseconds / 1000)" } ?? "",
        holder.isNewest ? "newest" : "behind",
      ])
    }
    return table
  }

  // MARK: Dynamo

  var dynamo: SystemStatus {
    var status = SystemStatus("preference list")
    var table = SystemStatus.Table(
      watched.map { "get(\($0.key))" } ?? "get(key)",
      [
        .init("node"), .init("object", shrinks: true), .init("vector clock"),
        .init("written by", 1),
        .init("copy of", 2), .init("", 3),
      ], empty: isWatched)
    for holder in watched?.holders ?? [] { table.rows += objects(of: holder) }
    var ring = SystemStatus.Table(
      "hinted replicas waiting",
      [.init("kept by"), .init("for whom")], empty: "none waits")
    for place in quorums.ring where place.hints > 0 {
      ring.rows.append(["\(place.node)", hints(of: place)])
    }
    status.tables = [table, ring]
    status.notes = [
      "\(quorums.versions.divergentKeys) keys differ between replicas;"
        + " \(quorums.hints) hinted copies wait",
      "clock: each node's writes of the key that are known there (figure 3)",
    ]
    return status
  }

  private func objects(of holder: WatchedKeySnapshot.Holder) -> [[String]] {
    let clock = Self.clock(holder.knows)
    let copy = holder.hintFor.map { "(for \($0))" } ?? "itself"
    let standing = holder.isNewest ? "" : "behind"
    guard !holder.versions.isEmpty else {
      return [["\(holder.node)", "(nothing)", clock, "", copy, standing]]
    }
    return holder.versions.enumerated().map { position, version in
      [
        position == 0 ? "\(holder.node)" : "", value(version), position == 0 ? clock : "",
        version.dot.actor.node.map(\.description) ?? "", position == 0 ? copy : "",
        position == 0 ? standing : "",
      ]
    }
  }

  /// `([n1,2],[n2,1])`.
  static func clock(_ knows: [WatchedKeySnapshot.Knows]) -> String {
    "(" + knows.map { "[\($0.node),\($0.count)]" }.joined(separator: ",") + ")"
  }

  // MARK: Riak

  var riak: SystemStatus {
    var status = SystemStatus("riak-admin member-status")
    var members = SystemStatus.Table(
      "riak-admin member-status",
      [.init("Status"), .init("Ring"), .init("Pending", 1), .init("Node")])
    for place in quorums.ring {
      let first = quorums.arcs.filter { $0 == place.node }.count
      let share =
        quorums.arcs.isEmpty
        ? "-" : ToolText.percent(Double(first) / Double(quorums.arcs.count))
      members.rows.append([
        "valid", share, place.pending > 0 ? "\(place.pending) keys" : "--", "riak@\(place.node)",
      ])
    }
    status.tables = [members, transfers, siblings]
    if let host {
      let down = suspected.sorted()
      status.notes.append(
        down.isEmpty
          ? "ring-status on \(host.id): all nodes are up and reachable"
          : "ring-status on \(host.id): unreachable: \(names(down))")
    }
    let count = quorums.versions.siblings
    status.notes.append("\(count == 1 ? "1 key has" : "\(count) keys have") siblings")
    status.notes.append("vclock: each node's writes of the key that are known there")
    return status
  }

  private var transfers: SystemStatus.Table {
    var table = SystemStatus.Table(
      "riak-admin transfers", [.init("node"), .init("waiting to hand off")],
      empty: "no transfers waiting")
    for place in quorums.ring where place.hints > 0 {
      table.rows.append(["riak@\(place.node)", hints(of: place)])
    }
    return table
  }

  private var siblings: SystemStatus.Table {
    var table = SystemStatus.Table(
      watched.map { "GET \($0.key)" } ?? "GET key",
      [.init("vnode of"), .init("siblings", shrinks: true), .init("vclock", 1), .init("", 2)],
      empty: isWatched)
    for holder in watched?.holders ?? [] {
      let values = holder.versions.map(value).joined(separator: " | ")
      table.rows.append([
        "\(holder.node)", values.isEmpty ? "not found" : values, Self.clock(holder.knows),
        holder.hintFor.map { "fallback for \($0)" } ?? (holder.isNewest ? "" : "behind"),
      ])
    }
    return table
  }
}
