import Basics
import Testing

@testable import Compute

struct ServiceRoutingTableTests {
  private let service = NamedService(
    id: .random(), project: "default", name: "web", isWanted: true, createdAtMs: 0)
  private let first = Identifier<Job>.random()
  private let second = Identifier<Job>.random()

  private func route(to job: Identifier<Job>, port: Int) -> ServiceRoutingTable.Route {
    ServiceRoutingTable.Route(
      job: job, way: .tcp(host: "127.0.0.1", port: port), secret: "s\(port)")
  }

  @Test func `a request counts for its job until it is let go, whoever has the next ones`() {
    let table = ServiceRoutingTable()
    #expect(table.call("web", in: "default") == nil)
    table.set(route(to: first, port: 1), for: service)
    var calls = [table.call("web", in: "default"), table.call("web", in: "default")]
    #expect(calls.map { $0?.job } == [first, first])
    table.set(route(to: second, port: 2), for: service)
    #expect(table.openRequests(of: first) == 2)
    #expect(table.call("web", in: "default")?.way == .tcp(host: "127.0.0.1", port: 2))
    #expect(table.call("web", in: "default")?.secret == "s2")
    #expect(table.openRequests(of: second) == 0, "that call was let go at once")
    calls.removeLast()
    #expect(table.openRequests(of: first) == 1)
    calls.removeAll()
    #expect(table.openRequests(of: first) == 0)
  }

  @Test func `a route that is removed is nobody's, and names belong to projects`() {
    let table = ServiceRoutingTable()
    table.set(route(to: first, port: 1), for: service)
    #expect(table.call("web", in: "other") == nil)
    table.remove(second)
    #expect(table.call("web", in: "default") != nil)
    table.remove(first)
    #expect(table.call("web", in: "default") == nil)
    #expect(table.route(of: service.id) == nil)
  }
}
