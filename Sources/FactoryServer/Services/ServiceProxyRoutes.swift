import API
import Compute
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Adds `/services/{name}` and everything below it, which is handed on to the service.
  func addServiceProxyRoutes(_ services: Services) {
    let proxy = ServiceProxy(services: services)
    for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] {
      let permission: Permission = method == .get || method == .head ? .read : .write
      for path in ["/services/{name}", "/services/{name}/**"] {
        route(method, path, permission: permission, .service) { request, context in
          let name = try context.parameter("name")
          return try await proxy.answer(request, to: name, in: context.project)
        }
      }
    }
  }
}
