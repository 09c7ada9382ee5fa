import AdapterKit

extension JobSpec {
  /// Takes over the array that `-J` of PBS Pro or `-t` of Torque makes, from native arguments or a script's `#PBS` lines.
  ///
  /// - Throws: `LauncherError` for indices that cannot be read, or that contradict the specification's own.
  mutating func adoptArray(native: inout Options, directives: inout Options, _ family: PBSFamily) throws {
    let letter: Character = family == .pro ? "J" : "t"
    let (mine, script) = (native.take(letter).last, directives.take(letter).last)
    if let mine {
      if array != nil {
        throw LauncherError.secondArray("-\(letter) \(mine)", in: "native.pbs")
      }
      array = try ArrayIndices(written: mine, with: "-\(letter)", in: "native.pbs")
    } else if array == nil, let script {
      array = try ArrayIndices(written: script, with: "-\(letter)", in: "script: #PBS")
    }
  }
}
