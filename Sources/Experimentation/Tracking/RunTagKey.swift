/// Keys of tags that mean something to the factory too.
public enum RunTagKey {
  /// The run's name; setting the tag renames the run and the reverse.
  public static let name = "mlflow.runName"
  /// The run below which MLflow's clients show this one.
  public static let parent = "mlflow.parentRunId"
  /// Who started the run.
  public static let user = "mlflow.user"
  /// The file or the program that ran.
  public static let sourceName = "mlflow.source.name"
  /// `LOCAL` for a file that somebody ran, `JOB` for a job's command.
  public static let sourceType = "mlflow.source.type"
  /// Commit of the working copy.
  public static let gitCommit = "mlflow.source.git.commit"
  /// Branch of the working copy.
  public static let gitBranch = "mlflow.source.git.branch"
  /// Where the working copy was cloned from.
  public static let gitRepository = "mlflow.source.git.repoURL"
  /// Whether the working copy differed from its commit: `True` or `False`.
  public static let gitDirty = "mlflow.git.dirty"
  /// The command line that started the work.
  public static let command = "aifactory.command"
  /// Digest of the snapshot of code in which a command started.
  public static let code = "aifactory.code"
  /// The machine.
  public static let host = "aifactory.host"
  /// Version of the program.
  public static let version = "aifactory.version"
  /// The job that did the work.
  public static let job = "aifactory.job"
  /// How joules were found (docs/jobs.md).
  public static let energyMethod = "aifactory.energy.method"
  /// What the energy of the site comes from, as a person said of it.
  public static let energySource = "aifactory.energy.source"
  /// What that energy emits, and where the figure is from.
  public static let energyCarbon = "aifactory.energy.carbon"
  /// The workflow run that it belongs to.
  public static let workflowRun = "aifactory.workflow_run"
  /// The stage of the workflow.
  public static let stage = "aifactory.stage"
  /// Why the run failed or was ended: a stable word.
  public static let reason = "aifactory.reason"
  /// The same in words.
  public static let message = "aifactory.message"
}
