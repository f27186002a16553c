internal import Basics
internal import DataPipelines
internal import Experimentation

/// The metrics' names as a workflow file writes them.
enum MetricWords {
  /// Those that measure a task; all where the task is not known yet.
  static func names(for task: LearningTask?) -> [String] {
    (task.map(MetricName.all(for:)) ?? Array(MetricName.allCases)).map(\.rawValue)
  }

  /// Reads a metric's name and says where it does not fit the task.
  static func read(_ key: String, of section: SectionReader, task: LearningTask?) -> String? {
    guard let metric = section.word(key, among: names(for: nil)) else { return nil }
    if let task, !names(for: task).contains(metric) {
      section.problems.add(
        section.line(of: key),
        "\(section.joined(key)): '\(metric)' does not measure \(task.rawValue); expected "
          + SectionReader.either(names(for: task)))
    }
    return metric
  }
}
