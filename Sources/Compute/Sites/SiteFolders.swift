/// Where things of ours lie in a site's scratch folder.
struct SiteFolders: Sendable {
  /// Absolute path of the scratch folder.
  let scratch: String

  /// Folder of all jobs.
  var jobs: String { scratch + "/jobs" }
  /// Folder of one job.
  func job(_ id: String) -> String { jobs + "/" + id }
  /// Folder of what was submitted as an array.
  func array(_ name: String) -> String { scratch + "/arrays/" + name }
  /// The archive of a job's code.
  func code(_ snapshot: String) -> String { "\(scratch)/code/\(snapshot).tar" }
  /// Folder of Python environments, or of their archives.
  var environments: String { scratch + "/environments" }
  /// A requirements file.
  func requirements(_ digest: String) -> String { "\(environments)/\(digest).txt" }
  /// A stored folder that jobs read.
  func data(_ files: String) -> String { "\(scratch)/data/\(files)" }
  /// Folder of agents, each under its digest.
  var agents: String { scratch + "/agents" }
}
