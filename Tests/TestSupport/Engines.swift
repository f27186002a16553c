public import Basics
import Glibc
public import Testing

/// The folder of the package: the one with `Package.swift`.
public let packageFolder = FileTree.folder(
  of: FileTree.folder(of: FileTree.folder(of: #filePath)))

/// The engines that tests use: those of `AIFACTORY_ENGINES`, else of `.build/engines`.
public var testEngines: EngineLocator {
  if let variable = getenv("AIFACTORY_ENGINES"), variable[0] != 0 {
    return EngineLocator(folder: String(cString: variable))
  }
  return EngineLocator(folder: packageFolder + "/.build/engines")
}

/// The path of an engine's shared library: `TestSupport.engine("duckdb")`.
///
/// A missing engine fails the test, it never skips it.
public func engine(
  _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  guard let pinned = PinnedEngine.all.first(where: { $0.name == name }) else {
    throw BasicsError(.engineMissing, "no engine is named \(visible(name))")
  }
  do {
    return try testEngines.library(pinned)
  } catch {
    Issue.record("\(error.message): run `make engines` first", sourceLocation: sourceLocation)
    throw error
  }
}
