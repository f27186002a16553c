internal import JobProtocol
internal import Serving

/// Where the job of a stage runs, and what it may use there.
public struct StagePlace: Sendable, Equatable {
  /// Name of the site; nil is this machine.
  public var site: String?
  /// Threads of the stage program; nil is one per core of this machine.
  public var cpus: Int?
  /// Most bytes of memory.
  public var memoryBytes: Int64?
  /// Most milliseconds.
  public var timeLimitMs: Int64?

  /// This machine, with all its cores.
  public init() {}

  /// What the job asks for.
  ///
  /// - Parameter cores: cores of this machine.
  func resources(cores: Int) -> JobResources {
    JobResources(cpus: cpus ?? cores, memoryBytes: memoryBytes, timeLimitMs: timeLimitMs)
  }

  /// Where the replicas of an endpoint run: each has one core where nothing is said.
  var ofReplicas: DeploymentPlace { DeploymentPlace(site: site, resources: resources(cores: 1)) }
}

extension WorkflowDefinition {
  /// Name of the site where a stage's job runs; nil is this machine.
  func site(of stage: StageName) -> String? {
    switch stage {
    case .data: data?.place.site
    case .train: train?.place.site
    case .evaluate: evaluate.place.site
    case .deploy: deployPlace.site
    case .register: nil
    }
  }
}
