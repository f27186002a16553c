import NIOCore
import Serving

/// One endpoint as the gateway sees it: who may call, who answers, and who waits.
final class GatewayEndpoint {
  /// Most requests that wait or are being answered.
  static let queueLimit = 8_192
  /// How long requests wait for the first replica to be connected.
  static let patience = TimeAmount.seconds(5)

  let name: String
  var digests: [TokenDigest]
  /// Why no replica answers, as the routes have it.
  var absence: String?
  /// Replicas that take requests.
  private(set) var links: [ReplicaLink] = []
  /// Requests that no replica has taken yet, oldest first.
  private var waiting = CircularBuffer<(since: NIODeadline, call: GatewayCall)>()

  init(name: String, digests: [TokenDigest]) {
    self.name = name
    self.digests = digests
  }

  /// Whether the `Authorization` header holds a token that may call.
  func allows(_ header: String) -> Bool {
    TokenDigest.holds(header, oneOf: digests)
  }

  func add(_ link: ReplicaLink) { links.append(link) }

  func remove(_ address: ReplicaAddress) {
    for link in links where link.address == address { link.retire() }
    links.removeAll { $0.address == address }
  }

  /// Ends the endpoint: what waits is refused, what is being answered is answered.
  func close() {
    for link in links { link.retire() }
    links = []
    for (_, call) in waiting { call.fail(.notFound(name)) }
    waiting.removeAll()
  }

  /// Hands the request to the replica with the fewest unanswered ones.
  func ask(_ call: GatewayCall) {
    var best: ReplicaLink?
    var load = 0
    for link in links {
      load += link.pendingCount
      if link.isConnected, best.map({ link.pendingCount < $0.pendingCount }) ?? true { best = link }
    }
    guard load + waiting.count < Self.queueLimit else { return call.fail(.queueFull) }
    if let best {
      call.attempts += 1
      best.send(call)
    } else if links.isEmpty {
      call.fail(.noReplica(absence))
    } else {
      waiting.append((.now(), call))
    }
  }

  /// A replica is there (again): what waits goes to it.
  func serveWaiting() {
    let calls = waiting
    waiting.removeAll()
    for (_, call) in calls { ask(call) }
  }

  /// Refuses what waited too long.
  func expire(_ now: NIODeadline) {
    while let first = waiting.first, now - first.since > Self.patience || first.call.deadline < now
    {
      waiting.removeFirst()
      first.call.fail(.noReplica(absence))
    }
    for link in links { link.expire(now) }
  }
}
