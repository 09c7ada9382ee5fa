import AdapterKit

extension JobSpec {
  /// Takes over the array that a name such as `x[1-10]%5` makes, from native arguments or a script's `#BSUB` lines.
  ///
  /// - Throws: `LauncherError` for indices that cannot be read, and for a native name in addition to the
  ///   specification's own array, which would remove the array: of two `-J` the last one counts.
  mutating func adoptArray(native: [String], directives: [String]) throws {
    guard array == nil else {
      guard let name = Directives.value(of: "-J", in: native) else { return }
      throw LauncherError.invalid(
        "array",
        "native.lsf holds ‘-J \(name)’ too, which would take its place; write the name into ‘name’"
      )
    }
    for (words, field) in [(native, "native.lsf"), (directives, "script: #BSUB")] {
      guard let name = Directives.value(of: "-J", in: words) else { continue }
      array = try Self.indices(name, field)
      return
    }
  }

  /// The indices in a name; `nil` if its brackets contain none, which bsub treats as a part of the name.
  private static func indices(_ name: String, _ field: String) throws -> ArrayIndices? {
    guard let open = name.firstIndex(of: "[") else { return nil }
    let rest = name[name.index(after: open)...].filter { $0 != " " }
    guard rest.first?.isNumber == true else { return nil }
    if let close = rest.firstIndex(of: "]") {
      let limit = rest[rest.index(after: close)...]
      if limit.isEmpty || limit.hasPrefix("%"), let array = try? ArrayIndices(parsing: String(rest[..<close] + limit)) {
        return array
      }
    }
    throw LauncherError.unreadableIndices("-J \(name)", in: field)
  }
}
