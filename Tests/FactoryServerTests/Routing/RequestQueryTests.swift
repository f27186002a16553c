import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import FactoryServer

struct RequestQueryTests {
  private func value(of query: String) -> String? {
    let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/runs?" + query)
    return Request(head: head, body: RequestBody(buffer: ByteBuffer())).query("a")
  }

  @Test(arguments: [
    ("a=tags.x%20LIKE%20%27a%25%27", "tags.x LIKE 'a%'"),
    ("a=tags.x+LIKE+'a%25'", "tags.x LIKE 'a%'"),
    ("a=%2525", "%25"), ("a=1e%2B5", "1e+5"), ("a=x%3Dy=z", "x=y=z"), ("a=%C3%A4", "ä"),
    ("b=1&a=2&a=3", "2"), ("a=100%", "100%"),
  ])
  func `a value is decoded once`(query: String, decoded: String) {
    #expect(value(of: query) == decoded)
  }

  @Test(arguments: ["", "a", "a=", "b=1", "aa=1"])
  func `what is absent or empty is nil`(query: String) {
    #expect(value(of: query) == nil)
  }
}
