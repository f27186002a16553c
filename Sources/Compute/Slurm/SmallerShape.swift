import JobProtocol

/// A job that asks for less of one thing, and may start sooner for that.
struct SmallerShape: Sendable, Equatable {
  /// What a job would ask for, in words.
  let words: String
  /// The same as `jobs submit` takes it.
  let submitOption: String
  /// The same as sbatch(1) takes it, in place of what a batch script says.
  let sbatchOptions: [String]

  /// How much smaller shapes are that are asked about: the largest that helps is what a person wants.
  static let divisors: [Int64] = [2, 4]

  /// The shapes that ask for a part of what a job asks for, one for each thing that can be divided.
  ///
  /// - Parameter usualSeconds: how long a job may run that asks for no time.
  static func of(_ spec: JobSpec, by divisor: Int64, usualSeconds: Int64?) -> [SmallerShape] {
    let resources = spec.resources
    var shapes: [SmallerShape] = []
    if spec.nodeCount >= divisor {
      let count = spec.nodeCount / Int(divisor)
      shapes.append(
        SmallerShape(
          words: count == 1 ? "1 node" : "\(count) nodes", submitOption: "--nodes \(count)",
          sbatchOptions: ["--nodes=\(count)", "--ntasks=\(count)"]))
    }
    if resources.gpus >= divisor {
      let count = resources.gpus / Int(divisor)
      shapes.append(
        SmallerShape(
          words: count == 1 ? "1 GPU" : "\(count) GPUs", submitOption: "--gpus \(count)",
          sbatchOptions: ["--gres=\(resources.slurmGPUs(count))"]))
    }
    if resources.cpus >= divisor {
      let count = resources.cpus / Int(divisor)
      shapes.append(
        SmallerShape(
          words: count == 1 ? "1 CPU" : "\(count) CPUs", submitOption: "--cpus \(count)",
          sbatchOptions: ["--cpus-per-task=\(count)"]))
    }
    if let bytes = resources.memoryBytes, bytes / divisor >= 64 << 20 {
      let megabytes = bytes / divisor / 1_000_000
      shapes.append(
        SmallerShape(
          words: "\(megabytes) MB of memory", submitOption: "--memory \(megabytes)MB",
          sbatchOptions: ["--mem=\((megabytes * 1_000_000 + (1 << 20) - 1) >> 20)M"]))
    }
    let seconds = resources.timeLimitMs.map { $0 / 1_000 } ?? usualSeconds
    if let seconds, seconds / divisor >= 60 {
      let minutes = seconds / divisor / 60
      shapes.append(
        SmallerShape(
          words: minutes == 1 ? "1 minute" : "\(minutes) minutes",
          submitOption: "--time \(minutes)m",
          sbatchOptions: ["--time=\(minutes)"]))
    }
    return shapes
  }
}
