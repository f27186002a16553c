/// How a command runs in a container of Apptainer, or of Singularity, which it was called before.
///
/// Which of them a node has, and whose accelerators, is found on the node, before the first task.
struct ContainerCommand: Sendable {
  /// Path of an image as nodes see it, or an address such as `docker://python:3.12`.
  var image: String
  /// Whether the job asks for accelerators, whose drivers the container must see.
  var wantsAccelerators: Bool
  /// Folder in which the command starts.
  var folder: String
  /// Other folders that it must see.
  var others: [String]

  /// What the container sees of the node beside what its site lets all containers see.
  var binds: [String] {
    var binds: [String] = []
    for folder in [folder] + others where !binds.contains(folder) { binds.append(folder) }
    return binds
  }

  /// The command line: program and flags are those that `step` found.
  func words(of command: [String]) -> [String] {
    [
      "/bin/sh", "-c", #"exec "$AIFACTORY_CONTAINER" exec $AIFACTORY_CONTAINER_FLAGS "$@""#,
      "apptainer", "--bind", binds.joined(separator: ","), "--pwd", folder, image,
    ] + command
  }

  /// The step of the preparation that finds the program and the flags for accelerators.
  var step: String {
    """
    AIFACTORY_CONTAINER=$(command -v apptainer || command -v singularity) ||
      fail "there is no apptainer and no singularity on $(uname -n), so containers cannot run there"
    AIFACTORY_CONTAINER_FLAGS=
    export AIFACTORY_CONTAINER AIFACTORY_CONTAINER_FLAGS
    image=\(PreparationScript.quoted(image))
    case "$image" in
      *://*) ;;
      *) [ -e "$image" ] || fail "there is no image $image on $(uname -n)" ;;
    esac
    \(wantsAccelerators ? Self.findAccelerators : "")
    """
  }

  private static let findAccelerators = """
    if command -v nvidia-smi >/dev/null || [ -e /dev/nvidiactl ]; then
      AIFACTORY_CONTAINER_FLAGS=--nv
    elif command -v rocm-smi >/dev/null || [ -e /dev/kfd ]; then
      AIFACTORY_CONTAINER_FLAGS=--rocm
    else
      fail "the job asks for accelerators, but $(uname -n) shows none of NVIDIA's or AMD's"
    fi
    """
}
