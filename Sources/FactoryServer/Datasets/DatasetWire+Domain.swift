import Basics
import API
import Basics
import DataPipelines

extension DatasetVersionWire {
  /// The wire form of a version.
  init(_ version: DatasetVersion) {
    let manifest = version.manifest
    self.init(
      id: version.id.rawValue, dataset: version.dataset, number: version.number,
      rowCount: manifest.rowCount,
      columns: manifest.columns.map {
        Column(name: $0.name, type: $0.type.rawValue, role: $0.role.rawValue)
      }, splits: manifest.splitRowCounts, splitRule: manifest.splitRule,
      sources: manifest.sources.map {
        Source(name: $0.name, sha256: $0.sha256, bytes: $0.bytes, part: $0.part)
      }, folder: version.folder.hex, job: version.job, createdAtMs: version.createdAtMs,
      dataClass: version.dataClass.rawValue)
  }
}

extension DatasetWire {
  /// The wire form of a dataset.
  init(_ dataset: Dataset) {
    self.init(
      name: dataset.name, versionCount: dataset.versionCount,
      latest: DatasetVersionWire(dataset.latest), createdAtMs: dataset.createdAtMs,
      updatedAtMs: dataset.updatedAtMs, dataClass: dataset.dataClass.rawValue)
  }
}
