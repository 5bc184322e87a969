/// A preset's own table: what it sets, in its own words, and what is left out.
extension SystemStatus {
  /// The knobs as they are now beside the system's own names; nil without a preset.
  public static func knobs(of snapshot: ClusterSnapshot) -> Table? {
    guard let profile = snapshot.knobs.preset?.profile else { return nil }
    var table = Table(
      "the preset: \(profile.title) \(profile.release)",
      [
        Column("knob"), Column("preset"), Column("now", 1), Column("its own name", shrinks: true),
        Column("where", 2),
      ])
    table.rows = profile.rows.map { row in
      let now = KnobTable.row(row.setting.name)?.value(snapshot.knobs) ?? ""
      let set = row.setting.value
      return [row.setting.name, set, now == set ? "" : now, row.own, row.source]
    }
    // What nobody has changed needs no column.
    if table.rows.allSatisfy({ $0[2].isEmpty }) {
      table.columns.remove(at: 2)
      for row in table.rows.indices { table.rows[row].remove(at: 2) }
    }
    return table
  }

  /// What of the system is not reproduced, a line each.
  public static func leftOut(of snapshot: ClusterSnapshot) -> [String] {
    snapshot.knobs.preset?.profile.leftOut ?? []
  }
}
