import Basics
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Adds `/api/v1/openapi.json`, which tells of all routes of ours, those added later included.
  func addOpenAPIRoutes(version: String) {
    let document = OpenAPIDocument(register, version: version)
    route(
      .get, "/api/v1/openapi.json", permission: .open,
      .api("Describes these routes as OpenAPI 3.1.", answer: .anyJSON)
    ) { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(bytes: document.json.encoded())))
    }
  }
}
