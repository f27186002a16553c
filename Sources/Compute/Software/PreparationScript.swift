import JobProtocol

/// The script that an agent runs in the attempt's folder before its first task.
///
/// It needs `sh`, `env -0` and what its steps name. What it prints is the job's standard error; the sentence for which it
/// gives up is the job's message.
struct PreparationScript {
  private var steps: [String] = []
  private var needsLogin = false

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

  /// Loads modules, which a login shell knows (Lmod, Environment Modules).
  mutating func load(modules: [String]) {
    guard !modules.isEmpty else { return }
    needsLogin = true
    steps.append(
      """
      type module >/dev/null 2>&1 ||
        fail "there is no command 'module' on $(uname -n), so modules cannot be loaded there"
      for module in \(modules.map(Self.quoted).joined(separator: " ")); do
        module load "$module" 2>module.err
        status=$?
        cat module.err >&2
        # Older ones tell failures by words alone.
        if [ "$status" != 0 ] || grep -q ERROR module.err; then
          fail "the module '$module' could not be loaded on $(uname -n): $(last module.err)"
        fi
      done
      """)
  }

  /// Adds a step as it is.
  mutating func add(_ step: String) { steps.append(step) }

  /// All of it; afterwards the environment of the tasks is in the attempt's folder.
  var text: String {
    let body = """
      umask 077
      exec 1>&2
      fail() { printf '%s' "$*" >failure; exit 1; }
      last() { grep -v -e '^[[:space:]]*$' -e '^\\[notice\\]' "$1" | tail -n 3 | tr '\\n' ' '; }
      \(steps.joined(separator: "\n"))
      env -0 >environment || fail "there is no 'env -0' on $(uname -n)"

      """
    guard needsLogin else { return body }
    return """
      command -v bash >/dev/null ||
        { printf '%s' "there is no bash on $(uname -n)" >failure; exit 1; }
      exec bash -l -c \(Self.quoted(body))

      """
  }

  static func quoted(_ text: String) -> String { SSHConnection.quoted(text) }
}
