internal import Basics
internal import DataPipelines
internal import Experimentation
internal import Foundation

/// The metric that a search will optimize, told before the search runs.
///
/// The trainer decides by the same rules from the rows themselves; here the profile has to do.
enum SearchMetric {
  /// nil when neither the file nor the profile tells.
  static func expected(
    _ train: WorkflowDefinition.TrainSection, profile: DatasetProfile?
  ) -> MetricName? {
    if let metric = train.metric { return MetricName(rawValue: metric) }
    guard let target = profile?.columns.first(where: { $0.role == .target }) else { return nil }
    let classCount = train.positive == nil ? target.distinctCount : 2
    return .standard(for: task(train, target), classCount: classCount)
  }

  /// The profile of a stored dataset version.
  static func profile(_ files: ObjectDigest, in objects: ObjectStore) throws -> DatasetProfile? {
    guard
      let entry = try objects.manifest(files).files.first(where: { $0.path == "profile.json" })
    else { return nil }
    return try JSONDecoder().decode(
      DatasetProfile.self, from: Data(try objects.read(entry.sha256)))
  }

  private static func task(
    _ train: WorkflowDefinition.TrainSection, _ target: DatasetProfile.Column
  ) -> LearningTask {
    if let task = train.task { return task }
    if train.time != nil { return .forecasting }
    guard train.positive == nil else { return .classification }
    return switch target.type {
    case .boolean, .category, .text: .classification
    case .integer: target.distinctCount == 2 ? .classification : .regression
    case .decimal, .timestamp: .regression
    }
  }
}
