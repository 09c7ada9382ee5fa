import LauncherProtocol

/// The shell functions with which a job's script writes its own ``ExitRecord``.
///
/// `launcher_record CODE [SIGNAL [LAUNCHED [WHY]]]` writes it. SIGNAL is the number of the signal that ended the
/// command, 0 for none; LAUNCHED is `no` when the command could not be started. `launcher_fail SENTENCE` ends a script
/// that cannot start its command, says why, and records that.
///
/// Once a day a job removes what is older than 90 days from its server's folder. None of this can make the job fail.
public struct ExitRecordScript: Sendable {
  /// A shell word that gives the job's id when the job runs.
  public var id: String
  /// A shell word that gives the server's name.
  public var server: String
  /// A shell word that gives the number of earlier starts; empty if the job does not know it.
  public var restarts = ""
  /// A shell word that gives the job's name.
  public var name: String
  /// A shell word that gives the name of the machine it runs on.
  public var host = "$(uname -n)"
  /// A shell word that gives the path of its output, for schedulers that forget it; empty if not known.
  public var output = ""
  /// A shell word that gives the path of its messages.
  public var errors = ""
  /// The limit that it was submitted with.
  public var walltime: Walltime?

  /// The functions of a job's script.
  public init(id: String, server: String, name: String, walltime: Walltime?) {
    self.id = id
    self.server = server
    self.name = name
    self.walltime = walltime
  }

  /// A shell word that gives the folder of all records: by the `HOME` that the job starts with, unless the script knows
  /// better. The adapter looks there.
  public var folder = ExitRecord.folder

  /// The line that notes where records lie.
  var place: String { "launcher_records=\(folder)" }

  /// Shell lines that define the functions.
  func functions(token: String) -> String {
    let files = output.isEmpty ? "" : "printf 'stdout=%s\\nstderr=%s\\n' \"\(output)\" \"\(errors)\"; "
    return """
      launcher_began=$(date +%s)
      launcher_asked=no
      trap 'launcher_asked=yes' TERM
      launcher_record() {
        (
          umask 077
          folder=$launcher_records/\(server)
          mkdir -p "$folder" || exit
          {
            echo "token=\(token)"
            echo "code=$1"
            echo "signal=${2:-}"
            echo "launched=${3:-yes}"
            echo "why=${4:-}"
            echo "restarts=\(restarts)"
            echo "started=$launcher_began"
            echo "ended=$(date +%s)"
            echo "asked=$launcher_asked"
            echo "walltime=\(walltime.map { "\($0.seconds)" } ?? "")"
            printf 'host=%s\\nname=%s\\ndirectory=%s\\n' "\(host)" "\(name)" "$PWD"
            \(files)echo "whole=yes"
          } >"$folder/.\(id).new" && mv -f "$folder/.\(id).new" "$folder/\(id)"
          [ -z "$(find "$folder/.swept" -mtime -1)" ] || exit
          : >"$folder/.swept"
          find "$folder" -maxdepth 1 -type f -mtime +90 -exec rm -f {} +
        ) </dev/null >/dev/null 2>&1
      }
      launcher_fail() {
        echo "launcher: $1" >&2
        launcher_record \(ExitRecord.notLaunched) 0 no "$1"
        exit \(ExitRecord.notLaunched)
      }
      """
  }
}
