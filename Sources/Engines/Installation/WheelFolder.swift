import Basics

/// A folder of wheels that somebody has brought, as for machines without network.
struct WheelFolder {
  let path: String

  /// The file in the folder that has the wheel's digest.
  func find(_ wheel: EngineWheel) async throws -> String {
    let folder = FileTree.absolute(path)
    guard FileTree.isFolder(folder) else {
      throw InstallationError(
        .wheelMissing, "\(path) is not a folder", hint: "name a folder that holds the wheels")
    }
    let candidates = try FileTree.names(in: folder).filter {
      $0.hasPrefix(wheel.fileNamePrefix) && $0.hasSuffix(".whl")
    }
    for name in candidates {
      let file = folder + "/" + name
      if try await offTask({ try ObjectDigest(ofFile: file) }) == wheel.digest { return file }
    }
    if let first = candidates.first {
      throw InstallationError(
        .wheelDiffers,
        "\(folder)/\(first) is not the file that was tested for \(wheel.processor) "
          + "(sha256 \(wheel.digest))",
        hint: "download it again with: \(WheelDownload.command(wheel))")
    }
    throw InstallationError(
      .wheelMissing, "\(folder) has no wheel \(wheel.fileNamePrefix)….whl",
      hint: "get it on a machine with network: \(WheelDownload.command(wheel))")
  }
}
