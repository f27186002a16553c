public import Basics
public import JobProtocol

/// Who knows how far the data that jobs read must be kept from others.
public protocol JobDataClassifier: Sendable {
  /// The most restricted of what a job reads; nil where none of it is known.
  func mostRestricted(of reads: JobReads, in project: String) async throws -> ClassifiedData?
}

/// Data and its class.
public struct ClassifiedData: Sendable, Equatable {
  /// What it is for people: `'patients', version 2 (dv_…)`.
  public var name: String
  /// How far it must be kept from others.
  public var dataClass: DataClass

  /// Takes every value as it is.
  public init(name: String, dataClass: DataClass) {
    self.name = name
    self.dataClass = dataClass
  }
}
