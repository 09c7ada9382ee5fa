import AdapterKit

/// The attributes of a job that are used here, in both families' spellings; all others are skipped.
///
/// Attributes of a group are written with a dot in text (`Resource_List.walltime = 00:10:00`), as a member of an object
/// in JSON, and as an element inside another one in XML.
enum PBSAttribute: Int, CaseIterable, Sendable {
  case jobName, jobOwner, jobState, substate, exitStatus, queue, server, comment
  case submitted, modified, eligible, started, ended
  case holdTypes, executionTime, dependencies
  case execHost, outputPath, errorPath, joinPath, runCount
  case variables, workingDirectory, stageoutStatus
  case arrayID, arrayIndex, arrayIndices, arrayRemaining, arrayCounts, arrayLimit
  case walltimeLimit, usedWalltime, usedCPUTime, usedMemory
  case jobID, token

  /// The group an attribute belongs to.
  enum Group: String, CaseIterable, Sendable {
    case requested = "Resource_List"
    case used = "resources_used"
  }

  /// The names it goes by: PBS Pro's first, then Torque's.
  var names: [String] {
    switch self {
    case .jobName: ["Job_Name"]
    case .jobOwner: ["Job_Owner"]
    case .jobState: ["job_state"]
    case .substate: ["substate"]
    case .exitStatus: ["Exit_status", "exit_status"]
    case .queue: ["queue"]
    case .server: ["server"]
    case .comment: ["comment"]
    case .submitted: ["ctime"]
    case .modified: ["mtime"]
    case .eligible: ["etime"]
    case .started: ["stime", "start_time"]
    case .ended: ["obittime", "comp_time"]
    case .holdTypes: ["Hold_Types"]
    case .executionTime: ["Execution_Time"]
    case .dependencies: ["depend"]
    case .execHost: ["exec_host"]
    case .outputPath: ["Output_Path"]
    case .errorPath: ["Error_Path"]
    case .joinPath: ["Join_Path"]
    case .runCount: ["run_count", "start_count"]
    case .variables: ["Variable_List"]
    case .workingDirectory: ["init_work_dir"]
    // No attribute of its own: one of the job's variables.
    case .token: []
    case .stageoutStatus: ["Stageout_status"]
    case .arrayID: ["array_id", "job_array_id"]
    case .arrayIndex: ["array_index"]
    case .arrayIndices: ["array_indices_submitted", "job_array_request"]
    case .arrayRemaining: ["array_indices_remaining"]
    case .arrayCounts: ["array_state_count"]
    case .arrayLimit: ["max_run_subjobs"]
    case .walltimeLimit, .usedWalltime: ["walltime"]
    case .usedCPUTime: ["cput"]
    case .usedMemory: ["mem"]
    case .jobID: ["Job_Id"]
    }
  }

  /// Whether it is a path.
  var isPath: Bool { [.outputPath, .errorPath, .workingDirectory].contains(self) }

  /// Its group; `nil` for one of the job itself.
  var group: Group? {
    switch self {
    case .walltimeLimit: .requested
    case .usedWalltime, .usedCPUTime, .usedMemory: .used
    default: nil
    }
  }

  /// The attribute with a name, in a group or of the job itself; `nil` for one that is not used here.
  init?(_ name: String, in group: Group? = nil) {
    guard let known = Self.byName[group?.rawValue ?? ""]?[name] else { return nil }
    self = known
  }

  /// The attribute with a name in the form of text: `Resource_List.walltime`.
  init?(dotted name: String) {
    guard let dot = name.firstIndex(of: ".") else {
      self.init(name)
      return
    }
    guard let group = Group(rawValue: String(name[..<dot])) else { return nil }
    self.init(String(name[name.index(after: dot)...]), in: group)
  }

  private static let byName: [String: [String: PBSAttribute]] = {
    var table: [String: [String: PBSAttribute]] = [:]
    for attribute in allCases {
      for name in attribute.names { table[attribute.group?.rawValue ?? "", default: [:]][name] = attribute }
    }
    return table
  }()
}
