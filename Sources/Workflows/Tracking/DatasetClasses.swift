internal import Basics
public import Compute
public import DataPipelines
public import JobProtocol

/// Tells the class of what jobs read, as the datasets' store knows it.
public struct DatasetClasses: JobDataClassifier {
  private let store: DatasetStore

  /// Asks that store.
  public init(store: DatasetStore) { self.store = store }

  /// The most restricted of the versions, files and dataset that a job reads.
  public func mostRestricted(
    of reads: JobReads, in project: String
  ) async throws -> ClassifiedData? {
    var all: [ClassifiedData] = []
    for word in reads.versions {
      // One that was removed tells nothing any more.
      guard let id = Identifier<DatasetVersion>(word), let version = try await known(id) else {
        continue
      }
      all.append(
        ClassifiedData(
          name: "'\(version.dataset)', version \(version.number) (\(version.id))",
          dataClass: version.dataClass))
    }
    if let files = try await store.mostRestricted(ofFiles: reads.files) {
      all.append(
        ClassifiedData(
          name: "a file of the dataset '\(files.dataset)'", dataClass: files.dataClass))
    }
    if let name = reads.dataset {
      let own = try await store.ownClass(of: name, in: project) ?? .usual
      let least = try reads.leastClass.map { try DataClass(word: $0) } ?? .usual
      all.append(ClassifiedData(name: "'\(name)'", dataClass: max(own, least)))
    }
    return all.max { $0.dataClass < $1.dataClass }
  }

  private func known(_ id: Identifier<DatasetVersion>) async throws -> DatasetVersion? {
    do {
      return try await store.version(id)
    } catch let error as DataError where error.code == .datasetNotFound {
      return nil
    }
  }
}
