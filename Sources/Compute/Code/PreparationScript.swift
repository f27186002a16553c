import JobProtocol

/// The script that an agent runs in the attempt's folder before its first task.
///
/// It needs `sh`, `env -0` and what its steps name. What it prints is the job's standard error; the sentence for which it
/// gives up is the job's message.
struct PreparationScript {
  private var steps: [String] = []

  /// Unpacks an archive into a folder of the attempt's own.
  mutating func unpack(_ archive: String, into folder: String) {
    let (archive, folder) = (Self.quoted(archive), Self.quoted(folder))
    steps.append(
      """
      rm -rf \(folder) && mkdir \(folder) &&
        tar -xf \(archive) --no-same-owner -C \(folder) ||
        fail "the code of the job could not be unpacked on $(uname -n) from "\(archive)
      """)
  }

  /// All of it; afterwards the environment of the tasks is in the attempt's folder.
  var text: String {
    """
    umask 077
    exec 1>&2
    fail() { printf '%s' "$*" >failure; exit 1; }
    \(steps.joined(separator: "\n"))
    env -0 >environment || fail "there is no env -0 on $(uname -n)"

    """
  }

  static func quoted(_ text: String) -> String { SSHConnection.quoted(text) }
}
