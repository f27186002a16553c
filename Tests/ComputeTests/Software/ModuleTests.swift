import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Modules, with a stand-in for the function that a site's login shell has.
@Suite(.timeLimit(.minutes(2))) struct ModuleTests {
  /// Where a stand-in of Lmod ends with 1, one of older Environment Modules says so by words alone.
  private static let profile = """
    module() {
      [ "$1" = load ] || return 2
      case "$2" in
        good/1.0) export GOOD="one two"; PATH=$HOME/bin:$PATH; echo "loading $2" >&2 ;;
        next) export NEXT="after $GOOD" ;;
        bad) echo "Lmod has detected the following error: unknown: bad" >&2; return 1 ;;
        *) echo "ERROR:105: Unable to locate a modulefile for '$2'" >&2 ;;
      esac
    }

    """

  private static func run(
    _ modules: [String], _ script: String, profile: String = ModuleTests.profile
  ) async throws -> (job: Job, output: String, errors: String) {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write(profile, to: "login/.bash_profile")
    return try await home.serve { jobs in
      var spec = JobSpec(
        name: "test", command: ["/bin/sh", "-c", script],
        environment: [EnvironmentVariable("HOME", folder.path("login"))])
      spec.software = JobSoftware(modules: modules)
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      return (ended, try await jobs.text(ended), try await jobs.text(ended, .stderr))
    }
  }

  @Test func `modules are loaded in order, and the command finds what they set`() async throws {
    let (job, output, errors) = try await Self.run(
      ["good/1.0", "next"], #"echo "$GOOD, $NEXT"; case $PATH in "$HOME"/bin:*) echo path;; esac"#)
    #expect(job.reason == .succeeded, "\(String(describing: job.message))")
    #expect(output == "one two, after one two\npath\n")
    #expect(errors.contains("loading good/1.0"))
  }

  @Test(arguments: [("bad", "unknown: bad"), ("missing/2", "Unable to locate")])
  func `a module that cannot be loaded is why the job did not start`(
    module: String, words: String
  ) async throws {
    let (job, output, _) = try await Self.run(["good/1.0", module], "echo started")
    #expect(job.reason == .launchFailed)
    let message = try #require(job.message)
    #expect(message.hasPrefix("the module '\(module)' could not be loaded"))
    #expect(message.contains(words))
    #expect(output == "")
  }

  @Test func `a node without modules is told as such`() async throws {
    let (job, _, _) = try await Self.run(
      ["good/1.0"], "echo started", profile: "unset -f module; unalias module 2>/dev/null\n")
    #expect(job.reason == .launchFailed)
    #expect(try #require(job.message).hasPrefix("there is no command 'module'"))
  }

  @Test(arguments: ["", "-f", "a b", "x;\nrm"])
  func `a name that is none of a module is refused`(name: String) async throws {
    let home = try JobsUnderTest()
    var spec = JobSpec(name: "test", command: ["true"])
    spec.software = JobSoftware(modules: [name])
    let wrong = spec
    let error = await #expect(throws: JobError.self) { try await home.instance().submit(wrong) }
    #expect(error?.code == .softwareInvalid)
  }
}
