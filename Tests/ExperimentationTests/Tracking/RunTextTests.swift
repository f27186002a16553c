import MLflowProtocol
import Testing

@testable import Experimentation

@Suite struct RunTextTests {
  @Test(arguments: [
    ("rmse", "rmse"), ("rmse by größe (cm)", "rmse by größe _cm_"), ("a/b", "a/b"),
    ("/a", "_a"), ("a//b", "a__b"), ("../x", "___x"), ("..x", "__x"), ("", "_"), ("..", "_"),
    ("a\nb", "a_b"),
  ])
  func `whatever a column is called, the key is allowed`(text: String, key: String) throws {
    #expect(RunText.key(text) == key)
    try RunStore.checkKey(RunText.key(text), kind: .metric)
  }

  @Test func `long names and values are cut`() {
    #expect(RunText.key(String(repeating: "x", count: 400)).count == 250)
    #expect(RunText.params(["a": String(repeating: "x", count: 9_000)])["a"]?.count == 6_000)
  }

  @Test(arguments: [
    ("https://user:pass@host.org/a.git", "https://host.org/a.git"),
    ("https://token@host.org/a@b.git", "https://host.org/a@b.git"),
    ("git@host.org:a.git", "git@host.org:a.git"), ("/srv/a.git", "/srv/a.git"),
    ("https://host.org/a@b", "https://host.org/a@b"),
  ])
  func `a repository's address is kept without its secrets`(given: String, kept: String) {
    let git = RunSource.Git(
      commit: "c", branch: "", repository: given, isDirty: false, diff: "")
    #expect(git.repository == kept)
  }
}
