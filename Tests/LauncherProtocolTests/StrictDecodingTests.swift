import LauncherProtocol
import Testing

@Suite("Nothing that was written is dropped")
struct StrictDecodingTests {
  @Test(
    arguments: [
      ("waltime", "walltime"), ("partition", "queue"), ("env", "environment"), ("time-limit", "walltime"),
      ("TIME_LIMIT", "walltime"), ("mem", "memory"), ("ntasks", "tasks"), ("cpus", "cpusPerTask"),
      ("licenses", "licences"), ("cwd", "directory"), ("output", "stdout"), ("job-name", "name"), ("node", "nodes"),
      ("Walltime", "walltime"), ("taskspernode", "tasksPerNode"), ("dependency", "dependencies"),
    ]
  )
  func `an unknown field gets the right word`(written: String, meant: String) {
    let error = #expect(throws: UnknownFieldError.self) {
      try JSON.decode(JobSpec.self, #"{"command": ["a"], "\#(written)": 1}"#)
    }
    #expect(error?.field == written)
    #expect(error?.path == [written])
    #expect(error?.suggestion == meant)
  }

  @Test func `a field that is like no other gets the list of all`() {
    let error = #expect(throws: UnknownFieldError.self) {
      try JSON.decode(JobSpec.self, #"{"command": ["a"], "colour": "red"}"#)
    }
    #expect(error?.suggestion == nil)
    #expect(error?.description.contains("walltime") == true)
  }

  @Test(
    arguments: [
      (#""gpus": {"perNod": 1}"#, ["gpus", "perNod"], "perNode"),
      (#""memory": {"percpu": "1G"}"#, ["memory", "percpu"], "perCPU"),
      (#""environment": {"sett": {}}"#, ["environment", "sett"], "set"),
      (#""container": {"imge": "x"}"#, ["container", "imge"], "image"),
      (#""mail": {"on": ["end"], "too": ["a"]}"#, ["mail", "too"], "to"),
    ]
  )
  func `fields inside fields are as strict`(field: String, path: [String], suggestion: String) {
    let error = #expect(throws: UnknownFieldError.self) {
      try JSON.decode(JobSpec.self, #"{"command": ["a"], \#(field)}"#)
    }
    #expect(error?.path == path)
    #expect(error?.suggestion == suggestion)
  }

  @Test(
    arguments: [
      (#""nodes": 0"#, "nodes"), (#""nodes": -1"#, "nodes"), (#""nodes": "two""#, "nodes"),
      (#""nodes": 99999999999"#, "nodes"), (#""tasks": []"#, "tasks"), (#""gpus": 0"#, "gpus"),
      (#""gpus": {"perNode": 1, "total": 2}"#, "gpus"), (#""gpus": {}"#, "gpus"), (#""memory": 4096"#, "memory"),
      (#""memory": {"perNode": "1G", "total": "2G"}"#, "memory"), (#""walltime": "1:30""#, "walltime"),
      (#""launcher": "srn""#, "launcher"), (#""dependencies": ["afterok:-1"]"#, "dependencies"),
      (#""array": "5-1""#, "array"), (#""begin": "2026-11-21T08:00:00""#, "begin"),
      (#""environment": {"inherit": "most"}"#, "environment"), (#""hold": "maybe""#, "hold"),
      (#""mail": {"on": ["ended"]}"#, "mail"), (#""native": {"slurm": "--x"}"#, "native"),
    ]
  )
  func `a wrong value is refused with its place`(field: String, place: String) {
    let error = #expect(throws: DecodingError.self) { try JSON.decode(JobSpec.self, #"{"command": ["a"], \#(field)}"#) }
    #expect(error?.sentence.hasPrefix(place) == true, "\(error?.sentence ?? "")")
  }

  @Test func `what to run is given exactly once`() {
    for json in ["{}", #"{"command": ["a"], "script": "b"}"#, #"{"command": "a b"}"#, #"{"command": null}"#] {
      #expect(throws: DecodingError.self) { try JSON.decode(JobSpec.self, json) }
    }
    #expect(throws: UnknownFieldError.self) { try JSON.decode(JobSpec.self, #"{"executable": "a"}"#) }
  }

  @Test func `a field without a value is as good as left out`() throws {
    let json = #"{"command": ["a"], "name": null, "nodes": null, "walltime": null, "environment": null, "hosts": null}"#
    #expect(try JSON.decode(JobSpec.self, json) == JobSpec(command: ["a"]))
  }
}
