import Basics
import Foundation
import TestSupport
import Testing

@testable import Engines

struct EngineInstallerTests {
  let folder: TemporaryFolder
  let locator: EngineLocator

  init() throws {
    folder = try TemporaryFolder()
    locator = EngineLocator(folder: folder.path("engines"))
  }

  /// A wheel that holds the one file that counts, made with Python's own zip.
  func makeWheel(_ engine: PinnedEngine, content: String = "library") throws -> EngineWheel {
    try folder.write(content, to: "contents/\(engine.libraryPath)")
    let name = "\(engine.package.replacing("-", with: "_"))-\(engine.version)-py3-none-any.whl"
    try FileTree.createFolder(folder.path("wheels"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path("contents"))
    process.arguments =
      ["python3", "-m", "zipfile", "-c", folder.path("wheels/\(name)")]
      + (try FileTree.names(in: folder.path("contents")))
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return EngineWheel(
      engine: engine, processor: "x86_64",
      digest: try ObjectDigest(ofFile: folder.path("wheels/\(name)")))
  }

  @Test(arguments: PinnedEngine.all)
  func `a wheel with the pinned hash is installed whole`(engine: PinnedEngine) async throws {
    let wheel = try makeWheel(engine)
    let path = "\(locator.folder)/\(engine.folderName)"
    try FileTree.createFolder(locator.folder)
    try await EngineInstaller(into: locator).install(
      wheel, at: path, from: folder.path("wheels"), progress: { _ in })
    #expect(locator.isInstalled(engine))
    #expect(try FileTree.names(in: locator.folder) == [engine.folderName])
    let library = try locator.library(engine)
    #expect(try FileTree.read(library) == Array("library".utf8))
  }

  @Test func `a wheel with another hash is refused and leaves nothing`() async throws {
    _ = try makeWheel(.duckdb)
    let error = await #expect(throws: InstallationError.self) {
      try await EngineInstaller(into: locator, processor: "x86_64")
        .install([.duckdb], from: folder.path("wheels"))
    }
    #expect(error?.code == .wheelDiffers)
    #expect(error?.hint?.contains("pip download") == true)
    #expect(try FileTree.names(in: locator.folder).isEmpty)
  }

  @Test func `a folder without the wheel is told with the command that gets it`() async throws {
    let error = await #expect(throws: InstallationError.self) {
      try await EngineInstaller(into: locator, processor: "aarch64")
        .install([.xgboost], from: folder.path)
    }
    #expect(error?.code == .wheelMissing)
    #expect(error?.hint?.contains("manylinux_2_28_aarch64") == true)
  }

  @Test func `an engine that is installed stays as it is`() async throws {
    for engine in PinnedEngine.all {
      try folder.write("mine", to: "engines/\(engine.folderName)/\(engine.libraryPath)")
    }
    let installed = try await EngineInstaller(into: locator).install()
    #expect(installed.map(\.wasInstalled) == [true, true])
  }

  @Test func `an unknown processor is told`() async throws {
    let error = await #expect(throws: InstallationError.self) {
      try await EngineInstaller(into: locator, processor: "riscv64").install()
    }
    #expect(error?.code == .processorUnknown)
  }

  @Test func `a missing engine is told with the command that installs it`() {
    let error = #expect(throws: BasicsError.self) { try locator.library(.duckdb) }
    #expect(error?.code == .engineMissing)
    #expect(error?.hint?.contains("aifactory engines install") == true)
  }
}
