import AdapterJSON
import AdapterKit

/// Values in Slurm's JSON, in all the shapes that its versions give them.
extension JSONValue {
  /// The range that calculations can handle: as many digits as a number in a text may have.
  private static let plausible = -999_999_999_999_999...999_999_999_999_999

  /// A number: plain (22.05, and `+complex` since 23.11), `{"set": true, "infinite": false, "number": 3}` (since
  /// 23.11), or text; `nil` if it is not set, infinite or not a number.
  var slurmNumber: Int? {
    let number: Int?
    switch self {
    case .integer(let told): number = Int(exactly: told)
    case .real(let told): number = Int(exactly: told)
    case .text(let text): number = Int(text)
    case .object:
      guard self["set"] != .bool(false), self["infinite"] != .bool(true) else { return nil }
      if case .object? = self["number"] { return nil }
      return self["number"]?.slurmNumber
    case .null, .bool, .list: return nil
    }
    return number.flatMap { Self.plausible.contains($0) ? $0 : nil }
  }

  /// Words: one (22.05: `"FAILED"`), or a list (since 23.11: `["FAILED", "COMPLETING"]`).
  var slurmWords: [String] {
    if let word = text { return word.isEmpty ? [] : [word] }
    return (list ?? []).compactMap(\.text)
  }

  /// A meaningful text: `""`, `null` and `"None"` do not count.
  var slurmText: String? { text.flatMap { $0.isEmpty || $0 == "None" || $0 == "(null)" ? nil : $0 } }
}

extension SlurmExit {
  /// Parses a plain wait status (`squeue` 22.05), or `{"status": ["ERROR"], "return_code": NUMBER, "signal": {"id":
  /// NUMBER}}` (`sacct` 22.05 with `signal_id`). If a signal is set, the code is not.
  init?(_ value: JSONValue) {
    if let status = value.slurmNumber {
      var text = "\(status)"
      guard let exit = text.withUTF8({ SlurmExit(UnsafeRawBufferPointer($0)) }) else { return nil }
      self = exit
      return
    }
    let signal = (value["signal"]?["id"] ?? value["signal"]?["signal_id"])?.slurmNumber ?? 0
    guard signal != 0 || value["return_code"]?.slurmNumber != nil else { return nil }
    self.init(code: signal == 0 ? value["return_code"]?.slurmNumber ?? 0 : 0, signal: signal)
  }
}

extension SlurmState {
  /// Flags that say nothing about a job's state. Sources: recorded in 23.11.11 (UPDATE_DB), and the flags of
  /// `job_state` in Slurm's OpenAPI since v0.0.40.
  private static let silentFlags: Set<String> = ["UPDATE_DB", "LAUNCH_FAILED", "RECONFIG_FAIL", "EXPEDITING"]

  /// The meaning of a state with its flags as JSON lists them: `["FAILED", "COMPLETING"]` is a job that is finishing.
  ///
  /// - Returns: `nil` if one of the words is not known: it might say that the job continues.
  static func meaning(of words: [String]) -> Meaning? {
    let meanings = words.filter { !silentFlags.contains($0) }.map { word in
      var word = word
      return word.withUTF8 { meaning(of: UnsafeRawBufferPointer($0)) }
    }
    guard let base = meanings.first, !meanings.contains(where: { $0 == nil }) else { return nil }
    // A flag hides the state below it, as it does in Slurm's text.
    for case .present(let state)? in meanings.dropFirst() { return .present(state) }
    return base
  }

  /// How a job that is completing will have ended; `nil` if that is not reported.
  static func coming(_ words: [String]) -> End? {
    guard words.contains("COMPLETING"), case .ended(let end)? = meaning(of: words.filter { $0 != "COMPLETING" }) else {
      return nil
    }
    return end
  }
}
