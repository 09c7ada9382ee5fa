import Foundation
import Testing

@Suite("Slurm: many jobs, queues and nodes", .onCluster)
struct QueueTests {
  @Test(.alone)
  func `2,000 jobs cost one squeue a look, whoever asks and how`() async throws {
    let user = try await ClusterUser()
    // Changing some tasks of an array turns each of them into a job with its own record.
    let submitted = try await user.shell(
      """
      for i in 1 2; do
        id=$(sbatch --parsable --hold --array=1-1000 --job-name=many --wrap true) || exit 1
        scontrol update JobId="${id}_[1-999]" TimeLimit=5 || exit 1
        echo "$id"
      done
      """
    )
    let arrays = submitted.stdout.split(separator: "\n").map(String.init)
    try #require(arrays.count == 2, "\(submitted.stderr)")
    // Since 26.05 one row stands for all of an array's waiting tasks unless each is asked for.
    let rows = try await Cluster.asRoot("squeue", "--noheader", "--array", "--name=many", "--format=%i")
    #expect(rows.split(separator: "\n").count >= 2000)

    let all = try await user.launcher("status", "-v", "--json")
    #expect(all.exitCode == 0)
    #expect(all.nativeCommands("squeue") == 1, "\(all.stderr)")
    let listed = try decoded([Seen].self, all.stdout).filter { arrays.contains($0.id) }
    #expect(listed.map(\.taskCounts) == [["held": 1000], ["held": 1000]])

    let ids = arrays.flatMap { array in (1...1000).map { "\(array)_\($0)" } }
    let each = try await user.launcher(["status", "-v", "--json"] + ids)
    #expect(each.exitCode == 0)
    #expect(each.nativeCommands("squeue") == 1, "\(each.stderr)")
    #expect(each.nativeCommands("sacct") == 0)
    let statuses = try decoded([Seen].self, each.stdout)
    #expect(statuses.map(\.id) == ids)
    #expect(statuses.allSatisfy { $0.state == "held" && $0.name == "many" })

    // At once, and after two, five and eight seconds.
    let watched = try await user.launcher(["wait", "-v", "--timeout", "10s"] + ids)
    #expect(watched.exitCode == 124)
    #expect((1...4).contains(watched.nativeCommands("squeue")), "\(watched.stderr.suffix(2000))")

    let cancelled = try await user.launcher(["cancel", "-v"] + arrays)
    #expect(cancelled.exitCode == 0, "\(cancelled.stderr)")
    #expect(cancelled.nativeCommands("scancel") == 1)
    let ended = try await user.launcher(["status", "-v", "--json"] + arrays)
    #expect(ended.nativeCommands("squeue") == 1)
    #expect(ended.nativeCommands("sacct") <= 1)
    #expect(try decoded([Seen].self, ended.stdout).allSatisfy { $0.outcome == "cancelled" || !$0.isFinished })
  }

  @Test(.sharing)
  func `queues shows the partitions`() async throws {
    struct Queue: Decodable {
      let name: String
      var isDefault, accepts, starts: Bool?
      var walltimeLimit: String?
      var nodes, cpus: Int?
    }
    let user = try await ClusterUser()
    let queues = try decoded([Queue].self, try await user.launcher("queues", "--json").stdout)
    let names = Set(queues.map(\.name))
    #expect(names.isSuperset(of: ["main", "short", "long", "spare", "spot", "down"]))
    #expect(queues.count == names.count)
    #expect(queues.filter { $0.isDefault == true }.map(\.name) == ["main"])
    func queue(_ name: String) -> Queue? { queues.first { $0.name == name } }
    #expect(queue("main")?.walltimeLimit == "01:00:00")
    #expect(queue("main")?.nodes == 4)
    #expect(queue("main")?.cpus == 16)
    #expect(queue("main")?.starts == true)
    #expect(queue("long")?.walltimeLimit == nil)
    #expect(queue("down")?.accepts == true)
    #expect(queue("down")?.starts == false)
    #expect(try await user.launcher("queues").stdout.contains("main"))
  }

  @Test(.sharing)
  func `nodes shows the nodes`() async throws {
    struct Node: Decodable {
      let name, state: String
      var cpus: Int?
      var memory: String?
      var queues: [String]?
    }
    let user = try await ClusterUser()
    let nodes = try decoded([Node].self, try await user.launcher("nodes", "--json").stdout)
    #expect(nodes.map(\.name).sorted() == ["node1", "node2", "node3", "node4"])
    #expect(nodes.allSatisfy { $0.cpus == 4 && $0.memory == "4000M" && $0.queues?.contains("main") == true })
    #expect(nodes.allSatisfy { ["idle", "mixed", "allocated"].contains($0.state) }, "\(nodes)")
  }
}
