import Basics
import DataPipelines
import Engines

/// Puts trained models into the output folder as model packages.
///
/// A package is written beside the folder's files and then moved file by file, `model.json` last:
/// whoever looks finds the first model's package or the final one.
struct ModelWriter {
  let outputFolder: String
  let engineVersion: String

  /// Writes the package, and that of the linear baseline into `baseline/` where there is one.
  func write(_ model: TrainedModel) throws {
    let package = ModelPackage(
      task: model.rows.target.task, target: model.rows.target.name,
      classes: model.rows.target.classes, signature: model.signature, pipeline: model.pipeline,
      members: try model.members.map(member), intervalHalfWidth: model.interval?.halfWidth,
      intervalHalfWidthByLead: model.interval?.byLead, decisionWeights: model.decision,
      lagFeatures: model.rows.lags,
      derivation: model.signature.contains { $0.derivation != nil } ? model.derivation : nil,
      example: model.rows.source.rows([0]), seed: model.seed)
    if let baseline = model.baseline {
      var linear = package
      linear.members = [ModelPackage.Member(model: .linear(baseline.model), weight: 1)]
      linear.intervalHalfWidth = baseline.interval?.halfWidth
      linear.intervalHalfWidthByLead = baseline.interval?.byLead
      linear.decisionWeights = baseline.decision
      try place(linear, in: outputFolder + "/baseline")
    }
    try place(package, in: outputFolder)
  }

  private func place(_ package: ModelPackage, in folder: String) throws {
    try FileTree.createFolder(folder)
    let next = folder + "/.next"
    try FileTree.remove(next)
    try package.write(to: next)
    let names = try FileTree.names(in: next)
    let replaced = try FileTree.names(in: folder).filter {
      $0.hasPrefix("member-") && !names.contains($0)
    }
    for name in names where name != "model.json" {
      try FileTree.rename("\(next)/\(name)", to: "\(folder)/\(name)")
    }
    try FileTree.rename("\(next)/model.json", to: "\(folder)/model.json")
    for name in replaced { try FileTree.remove("\(folder)/\(name)") }
    try FileTree.remove(next)
  }

  private func member(_ member: FittedMember) throws -> ModelPackage.Member {
    switch member.model {
    case .trees(let booster, let isLogarithmic):
      ModelPackage.Member(
        model: .xgboost(bytes: try booster.bytes(), version: engineVersion),
        weight: member.weight, targetTransform: isLogarithmic ? .log1p : nil)
    case .linear(let model): ModelPackage.Member(model: .linear(model), weight: member.weight)
    }
  }
}
