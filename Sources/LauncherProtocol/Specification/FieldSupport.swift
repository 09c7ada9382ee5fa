extension JobSpec {
  /// Refuses, by name, what an adapter cannot honour, and what is wrong whatever runs it.
  ///
  /// - Throws: `LauncherError` (`unsupportedField` or `invalidValue`) that names every such field.
  public func check(against profile: AdapterDescription) throws {
    let problems = problems
    guard problems.isEmpty else {
      throw LauncherError(
        .invalidValue,
        "nothing was submitted; " + problems.map(\.description).joined(separator: "\n")
      )
    }
    let refused = usedFields.subtracting(profile.fields).map(\.rawValue).sorted()
    guard !refused.isEmpty else { return }
    let list = refused.map { "‘\($0)’" }.joined(separator: ", ")
    throw LauncherError(
      .unsupportedField,
      "\(profile.adapter.name) cannot honour \(list); nothing was submitted",
      advice: "Leave \(refused.count == 1 ? "it" : "them") out, or choose another adapter with --adapter."
    )
  }
}
