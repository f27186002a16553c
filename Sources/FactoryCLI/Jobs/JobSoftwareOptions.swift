internal import API
internal import ArgumentParser

/// The options that say what a job's command finds installed.
struct JobSoftwareOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run in a Python environment with what that requirements file names; made once.",
      valueName: "file"))
  var python: String?

  @Option(
    name: .customLong("module"),
    help: ArgumentHelp("Load that module first; repeat it for more.", valueName: "name"))
  var modules: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run in a container of Apptainer: an image file, or docker://NAME:TAG.", valueName: "image"))
  var container: String?

  /// Nil where nothing is asked for.
  ///
  /// - Parameter path: makes a path absolute.
  func wire(_ path: (String) -> String) -> JobSoftwareWire? {
    guard python != nil || !modules.isEmpty || container != nil else { return nil }
    return JobSoftwareWire(
      modules: modules.isEmpty ? nil : modules, requirements: python.map(path),
      container: container.map { $0.contains("://") ? $0 : path($0) })
  }
}
