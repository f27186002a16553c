import Basics
import JobProtocol

/// What an attempt needs beside its command, and how it comes to it.
struct JobInputs: Sendable {
  let home: FactoryHome

  /// - Parameter jobsFolder: folder of the jobs on this machine.
  init(jobsFolder: String) { home = FactoryHome(path: FileTree.folder(of: jobsFolder)) }

  /// The files that attempts of a job take theirs from, in a site's folders.
  static func files(for spec: JobSpec, in folders: SiteFolders) -> [String] {
    [
      spec.code.map { folders.code($0.snapshot) },
      spec.software?.requirements.map { folders.requirements($0) },
    ].compactMap(\.self)
  }

  /// Makes those files in folders of this machine.
  func make(for spec: JobSpec, in folders: SiteFolders) async throws {
    if let code = spec.code {
      let path = folders.code(code.snapshot)
      try FileTree.createFolder(FileTree.folder(of: path))
      try await CodeArchive(objects: home.objects, snapshot: code.snapshot).make(at: path)
    }
    if let digest = spec.software?.requirements.flatMap({ ObjectDigest(hex: $0) }) {
      let (path, objects) = (folders.requirements(digest.hex), home.objects)
      try await offTask {
        // It counts as used now.
        guard !FileTree.touch(path) else { return }
        try FileTree.createFolder(FileTree.folder(of: path))
        try FileTree.write(try objects.read(digest), to: path)
      }
    }
  }

  /// Brings the stored folders that a job names to folders of this machine.
  func makeData(for spec: JobSpec, in folders: SiteFolders) async throws {
    for files in spec.storedFolders {
      let path = folders.data(files)
      try FileTree.createFolder(FileTree.folder(of: path))
      try await DataFolder(objects: home.objects, files: files).make(at: path)
    }
  }

  /// Lets the agent of an attempt take them before its first task.
  ///
  /// - Parameters:
  ///   - folder: the attempt's, as its node sees it.
  ///   - folders: those of the site, as its nodes see them.
  ///   - isShared: whether several nodes share these folders: then Python environments lie packed in them, and
  ///     unpacked on each node's own disk.
  static func complete(
    _ instruction: inout AttemptSpec, in folder: AttemptFolder, of folders: SiteFolders,
    isShared: Bool
  ) {
    let spec = instruction.spec
    let data = spec.data.map { folders.data($0.files) }
    if let data {
      instruction.spec.environment.insert(EnvironmentVariable(JobData.variable, data), at: 0)
      instruction.isolation?.readOnly.append(data)
    }
    // The host of an allocation finds its orders there.
    if spec.packing?.places != nil { instruction.spec.workingDirectory = "." }
    var script = PreparationScript()
    if let code = spec.code {
      script.unpack(folders.code(code.snapshot), into: "code")
      // Below the folder of whichever node's agent reads it.
      instruction.spec.workingDirectory = code.start.isEmpty ? "code" : "code/" + code.start
    }
    if let software = spec.software {
      script.load(modules: software.modules)
      if let digest = software.requirements {
        script.add(
          PythonPreparation(
            requirements: folders.requirements(digest), store: folders.environments,
            isShared: isShared
          ).step)
      }
      if let image = software.container {
        let container = ContainerCommand(
          image: image, wantsAccelerators: spec.resources.gpus > 0,
          folder: spec.code.map { folder.code + ($0.start.isEmpty ? "" : "/" + $0.start) }
            ?? spec.workingDirectory ?? instruction.workFolder,
          others: [folder.path, instruction.workFolder, instruction.checkpointFolder, data]
            .compactMap(\.self))
        script.add(container.step)
        instruction.spec.command = container.words(of: spec.command)
      }
    }
    if let stage = spec.stage {
      let preparation = StagePreparation(
        stage: stage, folders: folders, workFolder: instruction.workFolder)
      script.add(preparation.step)
      instruction.spec.command[0] = preparation.program
      instruction.spec.environment.removeAll { StagePreparation.ownVariables.contains($0.name) }
      instruction.returned = JobStage.results
    }
    if spec.code != nil || spec.software != nil || spec.stage != nil {
      instruction.preparation = script.text
    }
  }
}
