import JobProtocol

/// The step that lets the factory's own program find its libraries, engines and inputs at a site.
struct StagePreparation: Sendable {
  /// Variables that name places of this machine, in whose stead the step sets its own.
  static let ownVariables: Set = ["AIFACTORY_HOME", "AIFACTORY_ENGINES"]

  var stage: JobStage
  /// Those of the site, as its nodes see them.
  var folders: SiteFolders
  /// Where the program starts.
  var workFolder: String

  private var place: String { folders.data(stage.program) }

  /// Path of the program.
  var program: String { place + "/" + JobStage.programName }

  var step: String {
    let links = stage.inputs.map { input in
      let (name, target) = (quoted(input.name), quoted(folders.data(input.files)))
      return "rm -rf \(name) && ln -s \(target) \(name)"
    }
    let results = JobStage.results.paths.map(quoted).joined(separator: " ")
    let lay = (["cd \(quoted(workFolder))", "rm -rf \(results)"] + links)
      .joined(separator: " &&\n    ")
    // The path of libraries is set last: what the steps before run are the node's own programs.
    return """
      program=\(quoted(place))
      libraries=$program/\(JobStage.librariesName)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
      said=$(LD_LIBRARY_PATH=$libraries "$program/\(JobStage.programName)" --version 2>&1 >/dev/null) ||
        fail "the factory's own program does not run on $(uname -n): $(printf '%s\\n' "$said" | head -n 1)"
      ( \(lay)
      ) || fail "the inputs of the stage could not be laid out on $(uname -n) in "\(quoted(workFolder))
      AIFACTORY_ENGINES=$program/\(JobStage.enginesName)
      LD_LIBRARY_PATH=$libraries
      export AIFACTORY_ENGINES LD_LIBRARY_PATH
      """
  }

  private func quoted(_ text: String) -> String { PreparationScript.quoted(text) }
}
