import API
import Basics
import DataPipelines
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of datasets.
extension FactoryRoutes {
  /// Files of a version that may be fetched, with their media types.
  private static let files = [
    "table.parquet": "application/vnd.apache.parquet", "dataset.json": "application/json",
    "profile.json": "application/json", "checks.json": "application/json",
  ]

  /// Adds `/api/v1/datasets` and what is below it.
  ///
  /// A reference is `NAME` (its newest version), `NAME@3` or `dv_…`.
  func addDatasetRoutes(_ store: DatasetStore, objects: ObjectStore, imports: DatasetImports) {
    route(
      .get, "/api/v1/datasets", permission: .read,
      .api("Lists datasets.", answer: .json(DatasetListWire.self))
    ) { _, context in
      let datasets = try await store.datasets(in: context.project)
      return try WireResponse(DatasetListWire(datasets: datasets.map { DatasetWire($0) }))
    }
    route(
      .get, "/api/v1/datasets/{reference}", permission: .read,
      .api(
        "Tells of a dataset version: NAME, NAME@3 or dv_….",
        answer: .json(DatasetVersionWire.self))
    ) { _, context in
      let version = try await store.resolve(context.parameter("reference"), in: context.project)
      return try WireResponse(DatasetVersionWire(version))
    }
    route(
      .get, "/api/v1/datasets/{reference}/versions", permission: .read,
      .api("Lists a dataset's versions.", answer: .json(DatasetVersionListWire.self))
    ) { _, context in
      let versions = try await store.versions(
        of: context.parameter("reference"), in: context.project)
      return try WireResponse(
        DatasetVersionListWire(versions: versions.map { DatasetVersionWire($0) }))
    }
    route(
      .get, "/api/v1/datasets/{reference}/files/{name}", permission: .read,
      .api(
        "Fetches table.parquet, dataset.json, profile.json or checks.json of a version.",
        answer: .bytes(Array(Set(Self.files.values)).sorted()))
    ) { _, context in
      let version = try await store.resolve(context.parameter("reference"), in: context.project)
      let name = try context.parameter("name")
      let manifest = try objects.manifest(version.folder)
      guard let type = Self.files[name],
        let entry = manifest.files.first(where: { $0.path == name })
      else {
        throw ServerError(.notFound, "A dataset version has no file '\(name)'.")
      }
      return Response(
        status: .ok, headers: [.contentType: type],
        body: Self.body(of: entry.sha256, bytes: entry.bytes, in: objects))
    }
    route(
      .put, "/api/v1/datasets/{reference}/class", permission: .write,
      .api(
        "Classifies a dataset by its name: how far it must be kept from others.",
        body: DatasetClassWire.self, answer: .json(DatasetWire.self), refusals: [.conflict])
    ) { request, context in
      let wire = try await request.wire(DatasetClassWire.self)
      let dataset = try await store.classify(
        context.parameter("reference"), as: try DataClass(word: wire.dataClass),
        mayLower: wire.mayLower ?? false, in: context.project)
      return try WireResponse(DatasetWire(dataset))
    }
    route(
      .post, "/api/v1/datasets", permission: .write,
      .api(
        "Starts to make a dataset version of a file, glob, folder or URL.",
        body: DatasetImportRequestWire.self, answer: .json(DatasetImportWire.self, .accepted))
    ) { request, context in
      let wanted = try await request.wire(DatasetImportRequestWire.self)
      return try WireResponse(
        try await imports.start(wanted, project: context.project), status: .accepted)
    }
    route(
      .get, "/api/v1/dataset-imports/{id}", permission: .read,
      .api(
        "Tells how far the making of a dataset version is.", answer: .json(DatasetImportWire.self))
    ) { _, context in
      try WireResponse(
        try await imports.state(context.identifier("id", of: DatasetImport.self)))
    }
  }

  /// An object, read piece by piece.
  static func body(
    of digest: ObjectDigest, bytes: Int64, in objects: ObjectStore
  ) -> ResponseBody {
    ResponseBody(contentLength: Int(bytes)) { writer in
      let file = try objects.open(digest)
      var piece = [UInt8](repeating: 0, count: 256 << 10)
      while true {
        let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { break }
        try await writer.write(ByteBuffer(bytes: piece[..<count]))
      }
      try await writer.finish(nil)
    }
  }
}
