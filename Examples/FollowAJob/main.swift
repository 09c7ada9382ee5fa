import LauncherKit

let launcher = try await Launcher.detect()

var spec = JobSpec(command: ["sh", "-c", "echo working; exit 3"])
spec.name = "example"
spec.walltime = .minutes(1)

let job = try await launcher.submit(spec).job
for try await status in launcher.changes(of: [job]) {
  print(status)
}

let status = try await launcher.status(of: job)
print("ended:", status.state.outcome?.word ?? "?", status.exitStatus.map { "\($0)" } ?? "")
