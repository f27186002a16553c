internal import API
import Foundation
internal import Subprocess

/// The git working copy around a folder, for the record of what is started there.
enum WorkingCopy {
  /// Longer than this nobody waits for git: the work is started without its record.
  private static let patience = Duration.seconds(5)
  /// Bytes of the difference that are kept.
  private static let diffBytes = 900_000

  /// Who asks, with the working copy where the folder is in one and git is there.
  static func source(of folder: String) async -> SourceWire {
    SourceWire(
      command: ["aifactory"] + CommandLine.arguments.dropFirst(), user: NSUserName(),
      host: ProcessInfo.processInfo.hostName, git: await git(of: folder))
  }

  /// Nil where there is no commit, no git, or no answer in time.
  static func git(of folder: String) async -> SourceWire.Git? {
    guard let state = await answer(Self.state, folder, limit: 64 << 10) else { return nil }
    let lines = state.split(separator: "\n").map(String.init)
    func header(_ name: String) -> String? {
      lines.first { $0.hasPrefix("# \(name) ") }.map { String($0.dropFirst(name.count + 3)) }
    }
    guard let commit = header("branch.oid"), commit.count >= 40 else { return nil }
    let changes = lines.filter { !$0.hasPrefix("#") }
    var diff: String?
    if !changes.isEmpty {
      let untracked = changes.filter { $0.hasPrefix("? ") }.map { "# untracked:" + $0.dropFirst(1) }
      let difference = await answer(Self.difference, folder, limit: diffBytes + 4_096) ?? ""
      diff = (untracked + [difference]).joined(separator: "\n")
    }
    let branch = header("branch.head")
    return SourceWire.Git(
      commit: commit, branch: branch == "(detached)" ? nil : branch,
      repository: header("remote"), dirty: !changes.isEmpty, diff: diff)
  }

  /// No program that the working copy's own settings name is run.
  private static let plainGit = """
    export GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 LC_ALL=C
    g() { folder=$1; shift; git -C "$folder" -c core.fsmonitor=false "$@" 2>/dev/null; }

    """

  /// Headers (`# NAME VALUE`), then a line for each change.
  private static let state =
    plainGit + """
      url=$(g "$1" config --get remote.origin.url) && echo "# remote $url"
      g "$1" status --porcelain=v2 --branch | head -n 500
      """

  private static let difference =
    plainGit + """
      g "$1" diff --no-color --no-ext-diff --no-textconv HEAD | head -c \(diffBytes)
      """

  /// Every folder before that of a program costs a process that fails.
  private static let path = ProcessInfo.processInfo.environment["PATH"] ?? ""

  private static func answer(_ script: String, _ folder: String, limit: Int) async -> String? {
    await withTaskGroup(of: String?.self) { group in
      group.addTask {
        // What cannot be asked is not recorded; the work itself does not depend on it.
        guard
          let result = try? await Subprocess.run(
            .name("sh"), arguments: ["-c", script, "sh", folder],
            environment: .inherit.updating(["PATH": "/usr/bin:/bin:\(path)"]),
            output: .string(limit: limit),
            error: .discarded), result.terminationStatus.isSuccess
        else { return nil }
        return result.standardOutput
      }
      group.addTask {
        // Canceled: the answer was there first.
        try? await Task.sleep(for: Self.patience)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}
