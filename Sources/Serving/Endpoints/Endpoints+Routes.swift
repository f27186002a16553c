import Basics

/// Routes: what the gateway is told.
extension Endpoints {
  /// Replaces the routing file where it says something else than `statuses` want.
  func writeRoutes(_ statuses: [EndpointStatus]) async throws {
    let path = RoutingFile.path(in: home)
    let current = try routes ?? RoutingFile.read(path)
    let digests = surroundings.tokenDigests
    let entries = statuses.compactMap { status -> RoutingFile.Endpoint? in
      guard let live = status.live else { return nil }
      let addresses = status.routed(of: live).compactMap(\.address)
      var entry = RoutingFile.Endpoint(
        name: status.endpoint.name, tokenDigests: digests, sockets: [])
      for address in addresses {
        switch address {
        case .socket(let path): entry.sockets.append(path)
        case .node(let node): entry.nodes = (entry.nodes ?? []) + [node]
        }
      }
      entry.sockets.sort()
      if !status.isAnswering { entry.absence = absences[live.id]?.words }
      return entry
    }
    if let current, current.endpoints == entries, current.isOpen == surroundings.isOpen,
      current.tokenDigests == digests
    {
      routes = current
      return
    }
    let next = RoutingFile(
      generation: (current?.generation ?? 0) + 1, isOpen: surroundings.isOpen,
      tokenDigests: digests, endpoints: entries)
    try next.write(path)
    routes = next
  }

  /// Whether the gateway follows the routes that were written last; without a gateway nobody asks.
  func isAcknowledged() async -> Bool {
    guard let wanted = routes?.generation, acknowledged < wanted else { return true }
    guard await surroundings.gatewayGeneration() != nil else { return true }
    return await followed() >= wanted
  }

  /// Which routes the gateway was last heard to follow.
  func followed() async -> Int64 {
    if let generation = await surroundings.gatewayGeneration() { acknowledged = generation }
    return acknowledged
  }
}
