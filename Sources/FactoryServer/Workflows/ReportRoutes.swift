import Basics
import HTTPTypes
import Hummingbird
import NIOCore
import Workflows

extension FactoryRoutes {
  /// Adds `/reports/{workflow run}`: the evaluation's report, one self-contained page.
  func addReportRoutes(_ runs: WorkflowRunStore, objects: ObjectStore) {
    route(.get, "/reports/{id}", permission: .read, .page) { _, context in
      let id = try context.identifier("id", of: WorkflowRun.self)
      guard let files = try await runs.run(id).evaluation?.files,
        let digest = ObjectDigest(hex: files),
        let report = try objects.manifest(digest).files.first(where: { $0.path == "report.html" })
      else {
        throw ServerError(
          .notFound, "Workflow run \(id) has no report.",
          hint: "A report appears when its evaluate stage has ended.")
      }
      let bytes = try await offTask { try objects.read(report.sha256, limit: 256 << 20) }
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/html; charset=utf-8", .cacheControl: "private, max-age=60",
          .contentSecurityPolicy: PageResponse.reportPolicy,
        ],
        body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
  }
}
