import Basics

/// Downloads wheels with pip, which knows the site's mirror, proxy and certificates.
struct WheelDownload {
  /// Where the file goes.
  let folder: String

  /// Downloads one wheel; any Python 3 with pip can, whatever its own version.
  func fetch(_ wheel: EngineWheel) async throws -> String {
    let python = try await Self.pip()
    try FileTree.createFolder(folder)
    let requirements = folder + "/requirements.txt"
    try FileTree.write(Array((wheel.requirement + "\n").utf8), to: requirements)
    let arguments =
      python.dropFirst() + Self.options(wheel.processor)
      + ["--quiet", "--require-hashes", "--dest", folder, "--requirement", requirements]
    guard let outcome = try await CommandRunner.run(python[0], Array(arguments)) else {
      throw InstallationError(.pythonMissing, "\(python[0]) has gone")
    }
    guard outcome.isSuccess else { throw Self.failure(outcome, wheel) }
    return try await WheelFolder(path: folder).find(wheel)
  }

  /// The command that a person can run elsewhere.
  static func command(_ wheel: EngineWheel) -> String {
    let options = options(wheel.processor).filter {
      !$0.hasPrefix("--disable") && $0 != "--no-input"
    }
    return (["python3", "-m", "pip"] + options).joined(separator: " ")
      + " \(wheel.engine.package)==\(wheel.engine.version)"
  }

  private static func options(_ processor: String) -> [String] {
    var options = [
      "download", "--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--no-deps",
      "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311",
    ]
    for version in ["2_28", "2_27", "2_26", "2_17"] {
      options += ["--platform", "manylinux_\(version)_\(processor)"]
    }
    return options
  }

  /// How pip is called here.
  static func pip() async throws -> [String] {
    for command in [["python3", "-m", "pip"], ["pip3"], ["pip"]] {
      let arguments = command.dropFirst() + ["--version"]
      if try await CommandRunner.run(command[0], Array(arguments))?.isSuccess == true {
        return command
      }
    }
    let offline = "or bring the wheels along: aifactory engines install --from DIR"
    if try await CommandRunner.run("python3", ["--version"]) == nil {
      throw InstallationError(
        .pythonMissing, "python3 is needed to download the engines, and is not installed",
        hint: "install it (Debian: apt-get install python3-pip), \(offline)")
    }
    throw InstallationError(
      .pipMissing, "python3 is here, but its module pip is not",
      hint: "install it (Debian: apt-get install python3-pip), \(offline)")
  }

  private static func failure(
    _ outcome: CommandRunner.Outcome, _ wheel: EngineWheel
  ) -> InstallationError {
    let name = "\(wheel.engine.package) \(wheel.engine.version)"
    if outcome.text.contains("DO NOT MATCH THE HASHES") {
      return InstallationError(
        .wheelDiffers, "the index has another file for \(name) than the one that was tested",
        hint: "do not use it; check the mirror that pip is configured for (pip config list)")
    }
    return InstallationError(
      .downloadFailed, "pip could not download \(name): \(outcome.tail())",
      hint: "check the network and pip's settings (pip config list), or bring the wheel along: "
        + "aifactory engines install --from DIR")
  }
}
