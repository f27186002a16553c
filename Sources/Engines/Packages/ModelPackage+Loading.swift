import DataPipelines
import Foundation

extension ModelPackage {
  /// The predictor of the package in `folder`.
  ///
  /// - Parameters:
  ///   - xgboost: path of libxgboost.so; nil serves trees all the same, but does not explain them.
  ///   - duckdb: path of DuckDB's library, which derives columns where the workflow has such.
  ///   - threads: threads of the engine for tables of many rows.
  public static func load(
    folder: String, xgboost: String?, duckdb: String? = nil, threads: Int
  ) throws -> Predictor {
    let files = PackageFiles(folder: folder)
    let manifest = try files.decode(ModelManifest.self, "model.json")
    guard manifest.formatVersion == 1 else {
      throw EngineError(
        .modelPackageInvalid,
        "The model package \(folder) has format \(manifest.formatVersion), this program reads 1.",
        hint: "Serve it with the version of aifactory that trained it, or train again.")
    }
    let pipeline = try files.decode(FeaturePipeline.self, "features.json")
    let members = try manifest.members.map { entry in
      try member(entry, of: manifest, files, xgboost: xgboost, threads: threads)
    }
    let width = manifest.classes?.count ?? 1
    guard !members.isEmpty,
      members.allSatisfy({ $0.outputCount == (width > 2 ? width : 1) })
    else {
      throw EngineError(
        .modelPackageInvalid, "The members of the model package \(folder) do not fit its classes.")
    }
    return Predictor(
      manifest: manifest, pipeline: pipeline,
      lagFeatures: files.has("forecast.json")
        ? try files.decode(LagFeatures.self, "forecast.json") : nil,
      members: members,
      derivation: manifest.derivation.map { RowDerivation(plan: $0, libraryPath: duckdb) })
  }

  private static func member(
    _ entry: ModelManifest.Member, of manifest: ModelManifest, _ files: PackageFiles,
    xgboost: String?, threads: Int
  ) throws -> MemberModel {
    switch entry.engine {
    case "linear":
      let model = try files.decode(LinearModel.self, entry.file)
      return MemberModel(
        kind: .linear(model), link: model.link, weight: entry.weight,
        targetTransform: entry.targetTransform, outputCount: model.outputCount)
    case "xgboost":
      let bytes = try files.bytes(entry.file)
      let trees = TreeEnsemble(xgboost: bytes)
      let classCount = manifest.classes?.count ?? 1
      let link: Link = classCount > 2 ? .softmax : classCount == 2 ? .logistic : .identity
      return MemberModel(
        kind: .trees(trees, EngineBooster(libraryPath: xgboost, bytes: bytes, threads: threads)),
        link: manifest.classes == nil ? trees?.link ?? link : link, weight: entry.weight,
        targetTransform: entry.targetTransform, outputCount: classCount > 2 ? classCount : 1)
    default:
      throw EngineError(
        .modelPackageInvalid, "The model package names an unknown engine, `\(entry.engine)`.")
    }
  }
}

/// The files of a package, read with errors that name them.
private struct PackageFiles {
  let folder: String

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }

  func bytes(_ name: String) throws -> [UInt8] {
    // A name from a manifest stays inside the folder.
    guard !name.contains("/"), let data = FileManager.default.contents(atPath: "\(folder)/\(name)")
    else {
      throw EngineError(
        .modelPackageInvalid, "The model package \(folder) has no readable file `\(name)`.")
    }
    return [UInt8](data)
  }

  func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let data = Data(try bytes(name))
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw EngineError(
        .modelPackageInvalid, "`\(name)` of the model package \(folder) is damaged: \(error)")
    }
  }
}
