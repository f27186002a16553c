import MLflowProtocol
import Basics
import Compute
import Experimentation
import Foundation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// `mlflow-artifacts/mpu/…` and `presigned/…`: large files in parts, both ways.
  ///
  /// MLflow's client sends parts and asks for ranges without its token; their addresses are signed.
  func addMLflowUploadRoutes(_ artifacts: MLflowArtifacts, signer: SignedURL) {
    let service = "mlflow-artifacts"
    let uploads = MLflowUploads(artifacts)
    mlflow(.post, "mpu/create/**", permission: .write, versions: ["2.0"], service: service) {
      let fields = try await $0.fields()
      let path = try $0.uploadPath(fields)
      let parts = try fields.integer("num_parts", default: 1, in: 1...MLflowUploads.partLimit)
      let now = $0.nowMs
      let upload = try await uploads.create(path, parts: parts, nowMs: now)
      let request = $0.request
      return MLflowAnswer { writer in
        writer.member("upload_id", upload.id)
        writer.member("credentials", 1...parts) { writer, number in
          writer.beginObject()
          writer.member(
            "url",
            signer.url(
              .put, "/api/2.0/mlflow-artifacts/parts/\(upload.id)/\(number)", for: request,
              untilMs: now + MLflowUploads.graceMs))
          writer.member("part_number", Int64(number))
          writer.key("headers")
          writer.beginObject()
          writer.endObject()
          writer.endObject()
        }
      }
    }
    mlflow(.post, "mpu/complete/**", permission: .write, versions: ["2.0"], service: service) {
      let fields = try await $0.fields()
      let path = try $0.uploadPath(fields)
      guard fields["parts"] != nil else { throw MLflowFields.missing("parts") }
      var parts: [Int: String] = [:]
      for part in try fields.objects("parts") {
        let number = try part.integer("part_number", default: 0, in: 1...MLflowUploads.partLimit)
        parts[number] = (try part.string("etag") ?? "").filter { $0 != "\"" }
      }
      try await uploads.complete(
        try fields.required("upload_id"), path, parts: parts, nowMs: $0.nowMs)
      return MLflowAnswer.done
    }
    mlflow(.post, "mpu/abort/**", permission: .write, versions: ["2.0"], service: service) {
      try await uploads.abort(try await $0.fields().required("upload_id"))
      return MLflowAnswer.done
    }
    route(.put, "/api/2.0/mlflow-artifacts/parts/{upload}/{part}", permission: .open, .mlflow) {
      let now = systemTimeMs()
      try signer.check($0, nowMs: now)
      guard let number = Int(try $1.parameter("part")),
        let bytes = $0.headers[.contentLength].flatMap({ Int64($0) })
      else {
        throw MLflowFailure(.invalidParameterValue, "A part needs a number and a Content-Length.")
      }
      let part = try await uploads.put(
        part: number, of: try $1.parameter("upload"), bytes: bytes, body: $0.body, nowMs: now)
      return Response(status: .ok, headers: [.eTag: "\"\(part.sha256)\""])
    }
    addMLflowSignedDownloads(artifacts, signer: signer)
  }

  private func addMLflowSignedDownloads(_ artifacts: MLflowArtifacts, signer: SignedURL) {
    let service = "mlflow-artifacts"
    mlflow(.get, "presigned/**", permission: .read, versions: ["2.0"], service: service) { call in
      let path = try MLflowArtifacts.checked(call.context.lenientRestOfPath())
      let file = try await artifacts.file(path)
      // The digest is in the address: all ranges are of the same file, even where another replaces it.
      let name = path.split(separator: "/").last ?? "artifact"
      let escaped = name.addingPercentEncoding(withAllowedCharacters: .unreserved) ?? "artifact"
      return MLflowAnswer { writer in
        writer.member(
          "url",
          signer.url(
            .get, "/api/2.0/mlflow-artifacts/objects/\(file.sha256)/\(file.bytes)/\(escaped)",
            for: call.request, untilMs: call.nowMs + MLflowUploads.graceMs))
        writer.key("headers")
        writer.beginObject()
        writer.endObject()
        writer.member("file_size", file.bytes)
      }
    }
    let path = "/api/2.0/mlflow-artifacts/objects/{digest}/{bytes}/{name}"
    route(.get, path, permission: .open, .mlflow) { request, context in
      try signer.check(request, nowMs: systemTimeMs())
      guard let digest = ObjectDigest(hex: try context.parameter("digest")),
        let bytes = Int64(try context.parameter("bytes"))
      else { throw MLflowFailure(.doesNotExist, "There is no such object.") }
      let file = ArtifactFile(path: try context.parameter("name"), sha256: digest, bytes: bytes)
      return try await artifacts.response(file, to: request)
    }
  }
}

extension CharacterSet {
  /// RFC 3986, §2.3: clients take away escapes of these, and the signature is of what they send.
  fileprivate static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

extension MLflowCall {
  /// The artifact that an upload in parts is about: the folder in the path, the name in the body.
  fileprivate func uploadPath(_ fields: MLflowFields) throws -> String {
    let folder = try MLflowArtifacts.checked(context.lenientRestOfPath())
    let local = try fields.required("path")
    let name = local.split(separator: "/").last.map(String.init) ?? ""
    let path = try MLflowArtifacts.checked(folder.isEmpty ? name : folder + "/" + name)
    guard !name.isEmpty, MLflowPackage(path: path) == nil else {
      throw MLflowFailure(.invalidParameterValue, "Invalid path: '\(path)'")
    }
    return path
  }
}
