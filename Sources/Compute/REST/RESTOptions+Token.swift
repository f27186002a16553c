import Basics
import Foundation
import Subprocess

/// Where the token comes from.
extension RESTOptions {
  /// Longest that a command may take to print one.
  private static let patience = Duration.seconds(30)

  /// The token as it is now.
  ///
  /// - Throws: `JobError` with `siteUnreachable` where there is none, or it is somebody else's.
  func token() async throws -> RESTToken {
    guard let token = RESTToken(try await tokenSource()) else {
      throw JobError(
        .siteUnreachable, "\(tokenPlace) holds no token for slurmrestd", hint: renewal)
    }
    if let owner = token.user, owner != user {
      throw JobError(
        .siteUnreachable,
        "the token for slurmrestd is of '\(owner)', but the site asks as '\(user)'",
        hint: "Make one of '\(user)', or add the site again with --rest-user \(owner).")
    }
    return token
  }

  private func tokenSource() async throws -> String {
    if let tokenVariable {
      guard let text = ProcessInfo.processInfo.environment[tokenVariable] else {
        throw JobError(
          .siteUnreachable, "the server's environment has no variable \(tokenVariable)",
          hint: "Start the server with it, or keep the token in a file, which can be renewed.")
      }
      return text
    }
    if let tokenFile {
      do {
        return try await offTask {
          String(decoding: try FileTree.read(tokenFile, limit: 1 << 16), as: UTF8.self)
        }
      } catch {
        throw JobError(
          .siteUnreachable,
          "the token for slurmrestd cannot be read: "
            + ((error as? any FactoryError)?.message ?? "\(error)"), hint: renewal)
      }
    }
    let answer: CommandRun.Answer?
    do {
      answer = try await CommandRun(
        program: "sh", arguments: ["-c", tokenCommand ?? ""],
        environment: ProcessInfo.processInfo.environment, patience: Self.patience, limit: 1 << 16
      ).answer()
    } catch let error as SubprocessError {
      throw JobError(
        .siteUnreachable, "the command for slurmrestd's token cannot be run: \(error)")
    }
    guard let answer, answer.status == 0 else {
      // What it said may hold a secret.
      let how = answer.map { "ended with exit code \($0.status)" } ?? "did not end in time"
      throw JobError(
        .siteUnreachable, "the command for slurmrestd's token \(how)",
        hint: "Run it by hand, as the server's user: \(tokenCommand ?? "")")
    }
    return String(decoding: answer.output, as: UTF8.self)
  }

  /// Where it comes from, in words.
  private var tokenPlace: String {
    tokenFile ?? tokenVariable.map { "the variable \($0)" } ?? "what the command prints"
  }

  /// How to get a new one.
  var renewal: String {
    let command = "scontrol token lifespan=86400"
    guard let tokenFile else {
      return "Make a new one where Slurm's commands are, `\(command)`, and put it there."
    }
    return "Make a new one where Slurm's commands are: (umask 077; \(command) >\(tokenFile)). "
      + "It is read at each request; nothing has to be started again."
  }

  /// What others on this machine may read of it, in words; nil where nothing.
  func exposure() async -> String? {
    guard let tokenFile else { return nil }
    // One that cannot be looked at cannot be read either.
    let mode = try? await offTask {
      try FileManager.default.attributesOfItem(atPath: tokenFile)[.posixPermissions] as? Int
    }
    guard let mode, mode & 0o077 != 0 else { return nil }
    return "others can read the token in \(tokenFile): chmod 600 \(tokenFile)"
  }
}
