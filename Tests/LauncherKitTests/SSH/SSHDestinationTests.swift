import Testing

@testable import LauncherKit

@Suite("Machines that are reached over ssh")
struct SSHDestinationTests {
  @Test func `a host, with a user, a port and a folder or without`() throws {
    let plain = try SSHDestination("ssh://login")
    #expect((plain.host, plain.user, plain.port, plain.directory) == ("login", nil, nil, nil))
    let whole = try SSHDestination("ssh://ada@login1.example.org:2222/scratch/ada/run 1")
    #expect(
      (whole.host, whole.user, whole.port, whole.directory)
        == ("login1.example.org", "ada", 2222, "/scratch/ada/run 1")
    )
    #expect(try SSHDestination("ssh://login/").directory == nil)
    let address = try SSHDestination("ssh://ada@[fe80::1%eth0]:22")
    #expect((address.host, address.user, address.port) == ("fe80::1%eth0", "ada", 22))
    #expect(address.description == "ssh://ada@[fe80::1%eth0]:22")
    #expect(whole.description == "ssh://ada@login1.example.org:2222")
  }

  @Test(
    arguments: [
      "login", "ssh:login", "ssh://", "ssh://@login", "ssh://ada@", "ssh://-oProxyCommand=touch", "ssh://-l@login",
      "ssh://log in", "ssh://login:0", "ssh://login:65536", "ssh://login:ssh", "ssh://login:", "ssh://ada:secret@login",
      "ssh://$(touch x)@login", "ssh://login;touch", "ssh://a`b`", "ssh://login/a\nb", "http://login", "ssh://fe80::1",
    ]
  )
  func `what ssh would take for something else is refused, with an example of what is meant`(text: String) throws {
    let error = try #require(throws: LauncherError.self) { try SSHDestination(text) }
    #expect(error.code == .invalidValue)
    #expect(error.advice?.contains("ssh://ada@login") == true)
  }
}
