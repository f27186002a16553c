internal import Basics
internal import Compute
internal import JobProtocol
internal import Serving

extension WorkflowParts {
  /// Looks whether every stage could have its job, before the first one works for hours.
  ///
  /// - Throws: a `JobError` with the stage's name for a site that is not known, or cannot run stages, and for
  ///   resources that it can never give.
  func checkPlaces(of definition: WorkflowDefinition) async throws {
    for (stage, spec) in shards(of: definition) + places(of: definition) {
      var spec = spec
      // What is known of its data before any of it is read; the stages look again.
      spec.reads = definition.data.map {
        JobReads(dataset: definition.name, leastClass: $0.dataClass?.rawValue)
      }
      do {
        try await jobs.check(spec)
      } catch let error as JobError {
        throw JobError(error.code, "\(stage.rawValue): \(error.message)", hint: error.hint)
      }
    }
  }

  /// A job with the needs of each stage that has one.
  private func places(of definition: WorkflowDefinition) -> [(StageName, JobSpec)] {
    definition.stages.compactMap { stage in
      let place: StagePlace
      switch stage {
      case .data: place = definition.data?.place ?? StagePlace()
      case .train:
        if let command = definition.train?.command {
          let spec = spec(of: command, site: definition.train?.place.site)
          // What holds for an allocation holds for the trials inside.
          return (stage, command.search?.allocation(of: spec, pack: "pack", slots: nil) ?? spec)
        }
        place = definition.train?.place ?? StagePlace()
      case .evaluate: place = definition.evaluate.place
      case .deploy:
        let replicas = definition.deployPlace.ofReplicas
        return (
          stage,
          JobSpec(
            name: stage.rawValue, kind: .service, command: [program],
            resources: replicas.resources, site: replicas.site, purpose: JobSpec.replicaPurpose)
        )
      case .register: return nil
      }
      return (
        stage,
        JobSpec(
          name: stage.rawValue, command: [program],
          resources: place.resources(cores: fingerprint.cpus), site: place.site,
          purpose: stage.rawValue)
      )
    }
  }

  /// A job with the needs of each shard of a data stage.
  private func shards(of definition: WorkflowDefinition) -> [(StageName, JobSpec)] {
    guard let command = definition.data?.command else { return [] }
    return [
      (
        .data,
        JobSpec(
          name: StageName.data.rawValue, command: [program], resources: command.resources,
          site: command.site)
      )
    ]
  }

  private func spec(of command: CommandTraining, site: String?) -> JobSpec {
    var spec = JobSpec(
      name: StageName.train.rawValue, command: [program], resources: command.resources, site: site)
    spec.nodes = command.nodes > 1 ? command.nodes : nil
    return spec
  }
}
