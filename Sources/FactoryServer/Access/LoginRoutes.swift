import API
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// One-time links that sign a browser in.
  func addLoginRoutes(_ authenticator: Authenticator, url: @escaping @Sendable () -> String) {
    route(
      .post, "/api/v1/login-links", permission: .write,
      .api(
        "Makes a link that signs a browser in, once.", answer: .json(LoginLinkWire.self))
    ) { _, _ in
      try WireResponse(LoginLinkWire(url: url() + "/login/" + authenticator.newLink()))
    }
    route(.get, "/login/{word}", permission: .open, .page) { _, context in
      guard let session = authenticator.session(forLink: try context.parameter("word")) else {
        throw ServerError(
          .unauthorized, "This link was used before or is not from this server.",
          hint: "'aifactory env --link' prints a new one.")
      }
      let cookie =
        "\(Authenticator.cookieName)=\(session); Path=/; HttpOnly; SameSite=Strict; "
        + "Max-Age=\(Authenticator.sessionSeconds)"
      // A page that goes on by itself: a redirect would be one of another site's request, for
      // which browsers hold back a strict cookie.
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/html; charset=utf-8", .setCookie: cookie, .cacheControl: "no-store",
        ],
        body: .init(
          byteBuffer: ByteBuffer(
            string: "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=/\">"
              + "<title>AI Factory</title><a href=\"/\">Open AI Factory</a>")))
    }
  }
}
