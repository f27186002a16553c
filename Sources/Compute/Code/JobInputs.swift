import Basics
import JobProtocol

/// What an attempt needs beside its command, and how it comes to it.
struct JobInputs: Sendable {
  let home: FactoryHome

  /// - Parameter jobsFolder: folder of the jobs on this machine.
  init(jobsFolder: String) { home = FactoryHome(path: FileTree.folder(of: jobsFolder)) }

  /// Makes the files in a folder of this machine from which attempts of a job take theirs.
  func make(for spec: JobSpec, in folders: SiteFolders) async throws {
    guard let code = spec.code else { return }
    let path = folders.code(code.snapshot)
    try FileTree.createFolder(FileTree.folder(of: path))
    try await CodeArchive(objects: home.objects, snapshot: code.snapshot).make(at: path)
  }

  /// Lets the agent of an attempt take them before its first task.
  ///
  /// - Parameters:
  ///   - folder: the attempt's, as its node sees it.
  ///   - folders: those of the site, as its nodes see them.
  static func complete(
    _ instruction: inout AttemptSpec, in folder: AttemptFolder, of folders: SiteFolders
  ) {
    guard let code = instruction.spec.code else { return }
    var script = PreparationScript()
    script.unpack(folders.code(code.snapshot), into: "code")
    instruction.preparation = script.text
    instruction.spec.workingDirectory =
      code.start.isEmpty ? folder.code : folder.code + "/" + code.start
  }
}
