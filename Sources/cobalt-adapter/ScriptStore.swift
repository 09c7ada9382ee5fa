import AdapterKit

/// The folder on the host with the scripts of jobs: `qsub` takes a file, not standard input.
///
/// A script is kept under its token until its job has ended. Beside it are the variables that the job inherits, and the
/// logs that Cobalt writes. What is older than half a year is removed when the next job is submitted.
enum ScriptStore {
  /// The folder, as a shell finds it.
  static let folder = #"${HOME:-.}/.local/state/launcher/cobalt"#

  /// The prefix of the name of a variable that `qsub` was run without.
  static let removedMark = "launcher_removed="

  /// The line of a script that is replaced with its actual folder when the script is stored.
  static let folderLine = 3

  /// The exit code of a submission whose script could not be stored: `qsub` was not run then. Its own are 1 and 2.
  static let unstored: Int32 = 90

  /// The exit code of a submission whose folder or input does not exist: `qsub` would accept it, and the job would not
  /// start.
  static let unusable: Int32 = 91

  /// The command that stores a script, with its text on standard input, and submits it: one command, since it creates
  /// one job.
  ///
  /// `qsub` removes blanks from a script's path, so that a folder with one is refused.
  static func submission(
    token: String,
    script: String,
    environment: EnvironmentSpec,
    options: [String]
  ) -> NativeCommand {
    let shell = """
      token=$1; shift
      for name in $(env | sed -n 's/^\\(COBALT_[A-Za-z0-9_]*\\)=.*/\\1/p; s/^\\(QSUB_[A-Za-z0-9_]*\\)=.*/\\1/p'); do
        case " \(CobaltEnvironment.kept.joined(separator: " ")) " in *" $name "*) continue ;; esac
        case " \(CobaltEnvironment.ofJob.joined(separator: " ")) " in
          *" $name "*) ;;
          *) echo "\(removedMark)$name" ;;
        esac
        unset "$name"
      done
      previous=
      for word; do
        case $previous$word in
          --cwd=*) [ -d "${word#--cwd=}" ] || { echo "directory: ${word#--cwd=} is not a folder" >&2; exit \(unusable); } ;;
          -i/*) [ -r "$word" ] || { echo "stdin: $word cannot be read" >&2; exit \(unusable); } ;;
        esac
        previous=; [ "$word" != -i ] || previous=-i
      done
      folder=$(umask 077; mkdir -p "\(folder)" && cd "\(folder)" && pwd) || exit \(unstored)
      case $folder in /*) ;; *) echo "$folder is not a whole path" >&2; exit \(unstored) ;; esac
      case $folder in *[!A-Za-z0-9_./@%+,=-]*)
        echo "qsub cannot be given a script in ‘$folder’: it holds blanks or signs that Cobalt changes" >&2
        exit \(unstored) ;;
      esac
      (
        umask 077
        cd "$folder" || exit
        find . -maxdepth 1 -type f -mtime +180 -exec rm -f {} + 2>/dev/null
        LC_ALL=C sed "\(folderLine)s|.*|launcher_folder=$folder|" >"$token.new" &&
        \(environmentLine(environment)) &&
        chmod 700 "$token.new" && mv -f "$token.new" "$token.sh"
      ) || exit \(unstored)
      echo "launcher_time=$(date +%s)"
      exec qsub "$@" "--debuglog=$folder/\\$jobid.cobaltlog" "$folder/$token.sh" </dev/null
      """
    return NativeCommand(
      ["sh", "-c", shell, "sh", token] + options,
      stdin: script,
      startingEnvironment: .user,
      timeLimit: CobaltPatience.submission,
      effect: .creates
    )
  }

  /// The command that removes what was stored for a submission that was refused.
  static func removing(token: String) -> NativeCommand {
    let shell = "cd \"\(folder)\" 2>/dev/null || exit 0; rm -f \"$1.sh\" \"$1.env\" \"$1.new\""
    return NativeCommand(["sh", "-c", shell, "sh", token], timeLimit: CobaltPatience.file, effect: .changes)
  }

  /// A shell command that stores the variables that a job inherits. Cobalt itself passes on none.
  private static func environmentLine(_ environment: EnvironmentSpec) -> String {
    // Variables that belong to the shell itself, and to a job that this one may be submitted from.
    let own = (["PWD", "OLDPWD", "SHLVL", "_"] + CobaltEnvironment.ofJob).joined(separator: " ")
    let export = "'unset \(own); export -p' >\"$token.env\""
    switch environment.inherit {
    case .none: return ": >\"$token.env\""
    case .all: return "/bin/sh -c \(export)"
    case .some(let names):
      let words = names.map { "${\($0)+\"\($0)=$\($0)\"}" }
      return "env -i \((words + ["/bin/sh -c"]).joined(separator: " ")) \(export)"
    }
  }
}
