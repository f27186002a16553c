import API
import Glibc
import Hummingbird
import Serving

extension FactoryRoutes {
  /// Ends the server by request.
  func addStopRoutes(
    endpoints: Endpoints, studies: StudyHosts, gateway: GatewaySupervisor,
    addresses: FactoryAddresses
  ) {
    route(
      .post, "/api/v1/stop", permission: .write,
      .api("Ends the server.", body: StopRequestWire.self, answer: .json(Nothing.self))
    ) { request, _ in
      let wish = try await request.wire(StopRequestWire.self)
      if !wish.keepEndpoints {
        try await endpoints.suspend()
        try await studies.suspend()
        await gateway.stop()
        addresses.everythingHasEnded()
      }
      let answer = try WireResponse(Nothing())
      // The same way as from outside: what is being answered, this request among it, is answered.
      kill(getpid(), SIGTERM)
      return answer
    }
  }
}
