public import Basics
public import Compute
import Foundation
import JobProtocol

/// The Python environments of a home: each is made once, by a job.
public actor PythonEnvironments {
  private let home: FactoryHome
  private let jobs: Jobs
  private let executable: String
  /// The jobs that this server has begun, by hash.
  private var begun: [String: Identifier<Job>] = [:]

  /// - Parameter executable: the program that runs `worker environment`.
  public init(home: FactoryHome, jobs: Jobs, executable: String) {
    self.home = home
    self.jobs = jobs
    self.executable = executable
  }

  /// The job that makes an environment; nil where it is there.
  public func begin(
    _ environment: PythonEnvironment, in project: String = "default"
  ) async throws -> Identifier<Job>? {
    guard !environment.isReady(in: home) else { return nil }
    let hash = environment.hash
    if let id = begun[hash] {
      // One that failed is no reason not to try again.
      guard try await jobs.job(id).hasEnded else { return id }
      // Another call may have begun one meanwhile.
      if let newer = begun[hash], newer != id { return newer }
    }
    let id = Identifier<Job>.random()
    begun[hash] = id
    let folder = jobs.workFolder(of: id)
    try FileTree.createFolder(folder)
    let path = folder + "/request.json"
    let request = EnvironmentRequest(
      environment: environment, folder: environment.folder(in: home))
    try FileTree.write(Array(try JSONEncoder().encode(request)), to: path)
    _ = try await jobs.submit(
      JobSpec(
        name: "environment \(hash.prefix(12))",
        command: [executable, "worker", "environment", path], workingDirectory: folder,
        purpose: "environment"), id: id, in: project)
    return id
  }

  /// The interpreter of an environment, which is made first where it is missing.
  ///
  /// - Throws: `environment_failed` with what pip said.
  public func interpreter(
    of environment: PythonEnvironment, in project: String = "default"
  ) async throws -> String {
    if let id = try await begin(environment, in: project) {
      let job = try await jobs.waitForEnd(id)
      guard environment.isReady(in: home) else {
        let words = try await jobs.lastWords(of: job) ?? job.message
        throw ServingError(
          .environmentFailed,
          "The model's Python environment could not be made: "
            + (words ?? job.reason?.rawValue ?? "its job ended"),
          hint: "'aifactory jobs logs \(id)' says more; an interpreter that has what the model "
            + "needs can be named instead: --python PATH.")
      }
    }
    return environment.interpreter(in: home)
  }
}
