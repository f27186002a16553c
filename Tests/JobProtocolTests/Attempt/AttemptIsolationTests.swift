import JobProtocol
import Testing

/// The fence around a task that is kept apart.
struct AttemptIsolationTests {
  private func isolation(network: Bool = true) -> AttemptIsolation {
    AttemptIsolation(
      hidden: ["/home/x/.aifactory/jobs", "/home/x/.aifactory", "/tmp/other"],
      shown: ["/home/x/.aifactory/jobs/a/work"], readOnly: ["/home/x/.aifactory/engines", "/gone"],
      network: network)
  }

  private func words(_ isolation: AttemptIsolation, in folder: String) -> String {
    isolation.arguments(
      startingIn: folder, temporary: "/t", exists: { $0 != "/gone" && $0 != "/var/tmp" }
    ).joined(separator: " ")
  }

  @Test func `what is hidden is covered before what is shown is put there again`() {
    let words = words(isolation(), in: "/home/x/project")
    #expect(
      words.hasSuffix(
        "--dev-bind / / --proc /proc --bind /t /tmp --tmpfs /home/x/.aifactory/jobs "
          + "--tmpfs /home/x/.aifactory "
          + "--ro-bind /home/x/.aifactory/engines /home/x/.aifactory/engines "
          + "--bind /home/x/.aifactory/jobs/a/work /home/x/.aifactory/jobs/a/work "
          + "--chdir /home/x/project --"))
    #expect(!words.contains("--unshare-net"))
    #expect(self.words(isolation(network: false), in: "/").contains("--unshare-net"))
  }

  @Test func `a folder below /tmp in which it starts is there`() {
    #expect(words(isolation(), in: "/tmp/mine").contains("--bind /tmp/mine /tmp/mine --chdir"))
  }

  @Test(arguments: [
    ("/home/x", true), ("/home/x/project", true), ("/home/x/.aifactory", false),
    ("/home/x/.aifactory/jobs/b/work", false), ("/home/x/.aifactory/jobs/a/work", true),
    ("/home/x/.aifactory/jobs/a/work/deep", true), ("/home/x/.aifactory2", true),
  ]) func `it starts nowhere that is hidden`(folder: String, isAllowed: Bool) {
    #expect(isolation().allows(folder) == isAllowed)
  }
}
