internal import JobProtocol

/// A command of the user's own that brings along what it runs with.
protocol KeptCommand: Sendable {
  /// What the command finds installed; what its node has where nil.
  var software: JobSoftware? { get set }
  /// The requirements file of its Python environment, as the workflow's file names it.
  var requirementsFile: String? { get }
  /// The folder that the command starts in a copy of, as the workflow's file names it.
  var codeFolder: String? { get }
  /// That folder as it was kept, once it was.
  var code: JobCode? { get set }
}

extension CommandTraining: KeptCommand {}
extension DataCommand: KeptCommand {}
