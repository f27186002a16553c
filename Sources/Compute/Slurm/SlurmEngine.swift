/// Slurm as its driver asks it: by its commands, or by its REST service.
///
/// What cannot be asked now throws `JobError` with `siteUnreachable`; then nothing is known.
protocol SlurmEngine: Sendable {
  /// Longer than this no question may take.
  var patience: Duration { get set }

  /// How it is asked, in one word: the first check of a trial.
  var wayName: String { get }

  /// Whether Slurm itself tells agents that their time is nearly over (sbatch(1), `--signal=B:`).
  var tellsTimeLimits: Bool { get }

  /// What answers there, in words.
  func greeting() async throws -> String

  /// What a person should know of the way there, though jobs run without; in words.
  func remarks() async -> [String]

  /// Hands a batch script over.
  ///
  /// - Parameters:
  ///   - script: its text.
  ///   - path: where it lies, as the cluster has it.
  func submit(_ script: String, at path: String) async throws -> SlurmSubmission

  /// All jobs of this user that Slurm still has, also those that ended a while ago.
  func queue() async throws -> [SlurmJob]

  /// What Slurm knows of a job that its queue does not show; nil if it knows it no more.
  func remembered(_ id: String) async throws -> SlurmJob?

  /// What Slurm knows of jobs that its queue does not show, by their ids, in as few questions as it can be asked in;
  /// those that are missing have to be asked for one by one.
  func remembered(together ids: [String]) async throws -> [String: SlurmJob]

  /// Jobs of a name, also those that only the accounts still have; for a submission without an answer.
  func jobs(named name: String) async throws -> [SlurmJob]

  /// Takes jobs out of the queue, or ends them; those that have ended meanwhile are passed over.
  func cancel(_ ids: [String]) async throws

  /// Sends TERM to agents, which give their tasks the grace period and write down the end.
  func terminateAgents(_ ids: [String]) async throws

  /// Lets so many tasks of an array run at once; false where it did not take that.
  func limit(array id: String, to count: Int) async throws -> Bool

  /// What Slurm expects of a job that waits; nil of one that does not.
  func forecast(of id: String) async throws -> SlurmForecast?

  /// When a job could start that asks for something else than a batch script does, by what runs now: Slurm's word for
  /// the time, nil where it says nothing.
  ///
  /// - Parameters:
  ///   - path: the script, as the cluster has it.
  ///   - options: of sbatch(1), in place of the script's own.
  func possibleStart(of path: String, _ options: [String]) async throws -> String?

  /// The words by which a person on this machine starts one more step of a job (srun(1)); nil of one that
  /// does not run.
  func entrance(to id: String, _ words: [String], hasTerminal: Bool) async throws -> [String]?

  /// Whether somebody keeps accounts of jobs that have ended.
  func keepsAccounts() async -> Bool

  /// What the accounts have of a job and its steps; nil where there is none, or no accounts.
  func account(_ id: String) async throws -> SlurmAccount?

  /// What Slurm measures of the steps of jobs that run; empty where it measures nothing, or nobody may ask.
  func steps(of ids: [String]) async throws -> [SlurmStep]

  /// What the cluster says of itself.
  func inventory(atMs: Int64) async throws -> SiteInventory

  /// The address at which Slurm itself reaches a node.
  func address(of node: String) async throws -> String
}

extension SlurmEngine {
  func remembered(together ids: [String]) async throws -> [String: SlurmJob] { [:] }
}

/// What Slurm says of a job that waits.
struct SlurmForecast: Sendable, Equatable {
  /// Its word for why.
  var reason: String
  /// When it expects to start it; nil where it does not know.
  var start: String?
  var partition: String
  /// How many jobs of the partition go before it, of those that this user may see; nil where nobody tells.
  var ahead: Int?
}
