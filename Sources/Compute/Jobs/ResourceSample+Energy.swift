public import JobProtocol

/// What a sample says of energy, measured or estimated.
extension ResourceSample {
  /// Watts that a busy core of a server takes with its share of the package: an estimate.
  static let wattsOfBusyCore = 10.0

  /// Joules since the attempt began: of processors by their counters or by an estimate, and of
  /// accelerators where their drivers tell what power they draw.
  public var joules: Double {
    let processors =
      energyMicrojoules.map { Double($0) / 1e6 } ?? Self.estimatedJoules(cpuMs: cpuMs)
    return processors + Double(acceleratorMicrojoules ?? 0) / 1e6
  }

  /// What so much processor time takes by the estimate.
  public static func estimatedJoules(cpuMs: Int64) -> Double {
    Double(cpuMs) / 1_000 * wattsOfBusyCore
  }

  /// How the joules were found, and of what they are.
  public var energyMethod: String {
    let processors =
      energyMicrojoules == nil
      ? "estimate: \(Int(Self.wattsOfBusyCore)) W for each busy core of the job"
      : "counter: RAPL, all processor packages of the machine since the attempt began"
    guard acceleratorMicrojoules != nil else { return processors }
    return processors + "; and power: what the drivers of the job's accelerators tell, integrated"
  }
}
