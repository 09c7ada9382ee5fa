import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("The environment of a submission to PBS")
struct SubmitEnvironmentTests {
  private var spec: JobSpec { JobSpec(command: ["true"]) }

  @Test func `OpenPBS 23.06.06, whose -V hands on nothing, gets the variables in the job's script, byte by byte`()
    async throws
  {
    let odd = "a,b='c' \"d\" \\e\nüß"
    let host = Submitting.host(
      version: "pbs_version = 23.06.06",
      variables: [
        "PATH": "/home/ada/mybin:/usr/bin:/bin", "MYVAR": odd, "PBS_JOBID": "9.pbs01", "TMPDIR": "/tmp/9",
        "BASH_FUNC_ml%%": "()", "HOME": "/home/ada",
      ]
    )
    #expect(try await Submitting.submit(spec, on: host).remarks.isEmpty)
    let script = try #require(try await Submitting.qsub(host)?.stdin)
    #expect(script.contains("export MYVAR=\(ShellText.quoted(odd))\n"))
    #expect(script.contains("export PATH=/home/ada/mybin:/usr/bin:/bin\n"))
    for name in ["PBS_JOBID", "TMPDIR", "BASH_FUNC", "HOME"] { #expect(!script.contains("export \(name)")) }
  }

  @Test func `a -V of the user's own is carried too`() async throws {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS -V\ntrue\n")
    spec.environment.inherit = .none
    let host = Submitting.host(version: "pbs_version = 23.06.06", variables: ["PATH": "/bin", "MYVAR": "1"])
    _ = try await Submitting.submit(spec, on: host)
    #expect(try await Submitting.qsub(host)?.stdin?.contains("export MYVAR=1\n") == true)
  }

  @Test func `other versions hand the variables on by themselves`() async throws {
    let host = Submitting.host(variables: ["PATH": "/bin", "MYVAR": "1"])
    _ = try await Submitting.submit(spec, on: host)
    let command = try #require(try await Submitting.qsub(host))
    #expect(command.argv.contains("-V"))
    #expect(command.stdin?.contains("MYVAR") == false)
    #expect(await !host.commands.contains { $0.argv == ["env", "-0"] })
  }

  @Test func `where the variables cannot be read, a remark says that the job starts without them`() async throws {
    let host = Submitting.host(version: "pbs_version = 23.06.06", variables: nil)
    let remarks = try await Submitting.submit(spec, on: host).remarks
    #expect(remarks.count == 1)
    #expect(remarks.first?.contains("-V") == true)
  }

  @Test func `the stand-in of OpenPBS 23.06.06 is given the user's variable`() async throws {
    let host = try StandInHost(case: "bugreports/13-openpbs-23.06.06-V-hands-on-nothing", environment: ["MYVAR": "1"])
    let pbs = PBS(host: host, site: PBSSite())
    #expect(try await pbs.variableNames()?.contains("MYVAR") == true)
    #expect(try await pbs.variables()?["MYVAR"] == "1")
    #expect(try await Submitting.submit(spec, on: host).job?.id == "12.pbs01")
  }

  @Test func `the token's variable comes first, and Torque gets no name that is not set`() async throws {
    // Recorded: the variable after an unset one lost its first letter.
    let recorded = try Fixture.Exchange("cases/livebatch/05-torque-unset-name-eats-token/05-qstat").text()
    #expect(recorded.contains(",AUNCHER_SUBMISSION="))
    var spec = spec
    spec.environment.inherit = .some(["LB_A", "LB_NOTSET", "LB_FUNNY"])
    let host = Submitting.host(version: "Version: 6.1.3.h5", variables: ["PATH": "/bin", "LB_A": "1", "LB_FUNNY": "2"])
    let remarks = try await Submitting.submit(spec, on: host).remarks
    #expect(try await Submitting.handedOn(host) == ["LAUNCHER_SUBMISSION=launcher:t", "LB_A", "LB_FUNNY"])
    #expect(remarks.count == 1 && remarks[0].contains("LB_NOTSET"))
  }

  @Test func `a name of a directive's own that is not set is left out as well`() async throws {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS -v LB_NOTSET,LB_A,B=2\ntrue\n")
    spec.environment.inherit = .none
    let host = Submitting.host(version: "Version: 6.1.3.h5", variables: ["PATH": "/bin", "LB_A": "1"])
    _ = try await Submitting.submit(spec, on: host)
    #expect(try await Submitting.handedOn(host) == ["LAUNCHER_SUBMISSION=launcher:t", "LB_A", "B=2"])
  }

  @Test func `PBS Pro refuses a name that is not set, and so it is named before`() async throws {
    var spec = spec
    spec.environment.inherit = .some(["PATH", "LB_NOTSET"])
    let host = Submitting.host()
    let error = await #expect(throws: LauncherError.self) { _ = try await Submitting.submit(spec, on: host) }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.hasPrefix("environment.inherit: ‘LB_NOTSET’") == true)
    #expect(try await Submitting.qsub(host) == nil)
  }

  @Test func `nothing of the job that submits reaches the new one`() async throws {
    let host = Submitting.host(variables: ["PATH": "/bin", "PBS_JOBID": "9[3].pbs01", "PBS_ARRAY_INDEX": "3"])
    _ = try await Submitting.submit(spec, on: host)
    let changes = try #require(try await Submitting.qsub(host)?.environment)
    for name in [
      "PBS_JOBID", "PBS_JOBNAME", "PBS_NODEFILE", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "PBS_ENVIRONMENT", "PBS_O_WORKDIR",
    ] {
      #expect(changes.keys.contains(name) && changes[name] == .some(nil), "\(name)")
    }
    for name in ["PBS_SERVER", "PBS_DEFAULT", "PBS_CONF_FILE", "PBS_EXEC", "MYVAR"] {
      #expect(!changes.keys.contains(name), "\(name)")
    }
  }

  @Test(arguments: ["PBS_DPREFIX", "QSUB_OPTIONS"])
  func `a variable that steers qsub is left out, and a remark names it`(name: String) async throws {
    let host = Submitting.host(variables: ["PATH": "/bin", name: "x"])
    let remarks = try await Submitting.submit(spec, on: host).remarks
    #expect(remarks.count == 1 && remarks[0].contains(name))
    #expect(try await Submitting.qsub(host)?.environment[name] == .some(nil))
    #expect(try await Submitting.submit(spec, on: Submitting.host()).remarks.isEmpty)
  }
}
