import API
import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird
import NIOCore
import Serving

/// The routes by which model versions go out and come in.
extension FactoryRoutes {
  /// Adds what tells and sends the files of a version, and what takes one in.
  func addModelFileRoutes(_ files: ModelFiles) {
    let path = "/api/v1/models/{name}/versions"
    route(
      .get, path + "/{version}/export", permission: .read,
      .api("Tells what leaves with a version, file by file.", answer: .json(ModelExportWire.self))
    ) { _, context in
      let version = try await context.modelVersion(of: files.ledger)
      return try WireResponse(try await files.exported(version, in: context.project))
    }
    route(
      .get, path + "/{version}/files/**", permission: .read,
      .api("Fetches a file of a version.", answer: .bytes(["application/octet-stream"]))
    ) { _, context in
      let version = try await context.modelVersion(of: files.ledger)
      let wanted = try context.restOfPath()
      let export = try await files.exported(version, in: context.project)
      guard let file = export.files.first(where: { $0.path == wanted }),
        let digest = ObjectDigest(hex: file.sha256)
      else {
        throw ServerError(
          .notFound, "\(version.name) \(version.version) has no file \(visible(wanted)).")
      }
      return Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: Self.body(of: digest, bytes: file.bytes, in: files.objects))
    }
    route(
      .put, "/api/v1/objects/{digest}", permission: .write,
      .api(
        "Keeps bytes under their SHA-256, for a version that is made of them next.",
        takesBytes: true, answer: .json(Nothing.self, .created))
    ) { request, context in
      let text = try context.parameter("digest")
      guard let digest = ObjectDigest(hex: text) else {
        throw ServerError(
          .badRequest, "\(visible(text)) is no SHA-256 in 64 lower-case hexadecimal digits.")
      }
      let writer = try files.objects.writer()
      for try await chunk in request.body {
        try chunk.withUnsafeReadableBytes { try writer.write($0) }
      }
      guard try await offTask({ try writer.finish(expecting: digest) }) else {
        throw ServingError(
          .modelFilesDiffer, "The bytes that came are not those of \(digest).",
          hint: "Send the file again.")
      }
      return try WireResponse(Nothing(), status: .created)
    }
    route(
      .post, path, permission: .write,
      .api(
        "Makes a version of objects that were sent before.", body: ModelImportRequestWire.self,
        answer: .json(ModelImportWire.self, .created))
    ) { request, context in
      let wish = try await request.wire(ModelImportRequestWire.self, limit: 64 << 20)
      let taken = try await ModelIntake(files: files, project: context.project)
        .take(wish, as: try context.parameter("name"), nowMs: systemTimeMs())
      return try WireResponse(taken, status: .created)
    }
  }
}
