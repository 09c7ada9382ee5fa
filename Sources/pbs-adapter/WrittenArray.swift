import AdapterKit

extension JobSpec {
  /// Takes over the array that `-J` of PBS Pro or `-t` of Torque makes, from native arguments or a script's `#PBS` lines.
  ///
  /// - Throws: `AdapterError` for indices that cannot be read, or that contradict the specification's own.
  mutating func adoptArray(native: inout Options, directives: inout Options, _ family: PBSFamily) throws {
    let letter: Character = family == .pro ? "J" : "t"
    let (mine, script) = (native.take(letter).last, directives.take(letter).last)
    if let mine {
      if array != nil {
        throw Submission.invalid("array", "native.pbs holds ‘-\(letter) \(mine)’ too; remove one of them")
      }
      array = try Self.indices(mine, letter, "native.pbs")
    } else if array == nil, let script {
      array = try Self.indices(script, letter, "script: #PBS")
    }
  }

  private static func indices(_ text: String, _ letter: Character, _ field: String) throws -> ArrayIndices {
    do {
      return try ArrayIndices(parsing: text)
    } catch {
      throw Submission.invalid(
        field,
        "the indices of ‘-\(letter) \(text)’ cannot be read; write them into ‘array’, such as 1-10"
      )
    }
  }
}
