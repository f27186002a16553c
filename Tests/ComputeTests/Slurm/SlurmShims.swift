import Basics
import TestSupport

/// Slurm's commands with faults before the real ones.
enum SlurmShims {
  /// A folder with an `sbatch` of ours before the real one.
  static func folder(in cluster: TestCluster, _ script: String) throws -> String {
    let folder = cluster.folder + "/shims"
    try FileTree.createFolder(folder)
    try FileTree.write(Array(script.utf8), to: folder + "/sbatch", mode: 0o755)
    return folder
  }

  static let losesOneAnswer = """
    #!/bin/sh
    here=$(dirname "$0")
    real=$(PATH=$(echo "$PATH" | sed "s|$here:||") command -v sbatch)
    [ -e "$here/lost" ] && exec "$real" "$@"
    touch "$here/lost"
    "$real" "$@" >/dev/null
    echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2
    exit 1
    """

  static let isAwayTwice = """
    #!/bin/sh
    here=$(dirname "$0")
    real=$(PATH=$(echo "$PATH" | sed "s|$here:||") command -v sbatch)
    [ -e "$here/2" ] && exec "$real" "$@"
    [ -e "$here/1" ] && touch "$here/2"
    touch "$here/1"
    echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2
    exit 1
    """
}
