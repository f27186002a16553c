import Basics

/// A wheel, which is a zip file, to be unpacked by Python or unzip: one of them is everywhere.
struct WheelArchive {
  let path: String

  func unpack(into folder: String) async throws {
    try FileTree.createFolder(folder)
    var complaints: [String] = []
    for command in [
      ["python3", "-m", "zipfile", "-e", path, folder], ["unzip", "-q", "-o", path, "-d", folder],
    ] {
      guard let outcome = try await CommandRunner.run(command[0], Array(command.dropFirst()))
      else { continue }
      if outcome.isSuccess { return }
      complaints.append(outcome.tail())
    }
    if complaints.isEmpty {
      throw InstallationError(
        .pythonMissing, "neither python3 nor unzip is installed, so \(path) cannot be unpacked",
        hint: "install one of them (Debian: apt-get install unzip)")
    }
    throw InstallationError(
      .unpackFailed, "\(path) cannot be unpacked: \(complaints.joined(separator: " / "))",
      hint: "check that the disk is not full")
  }
}
