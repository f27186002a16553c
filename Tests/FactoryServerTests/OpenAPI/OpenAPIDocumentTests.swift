import API
import Basics
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(2))) struct OpenAPIDocumentTests {
  /// The routes of a whole factory that is not running.
  private struct Factory {
    let folder: TemporaryFolder
    let routes: FactoryRoutes

    init() throws {
      folder = try TemporaryFolder()
      let home = FactoryHome(path: folder.path("home"))
      try home.prepare()
      let options = ServeOptions(
        home: home, listen: ListenAddress(host: "127.0.0.1", port: 0),
        gateway: ListenAddress(host: "127.0.0.1", port: 0), version: "1.2.3",
        executable: "/bin/false")
      let logger = Logger(label: "test")
      let addresses = FactoryAddresses(options: options, token: "right", logger: logger)
      let services = try FactoryServices(
        options: options, token: "right",
        gateway: GatewaySupervisor(options: options, addresses: addresses, logger: logger),
        serverUrl: { "" }, logger: logger)
      let authenticator = Authenticator(token: "right")
      routes = FactoryRoutes(authenticator: authenticator, hosts: HostRules(allowing: []))
      routes.addLoginRoutes(authenticator) { "" }
      services.addRoutes(to: routes, token: "right", addresses: addresses)
      routes.addOpenAPIRoutes(version: "1.2.3")
      routes.refuseOtherMethods()
    }

    var document: JSONValue { OpenAPIDocument(routes.register, version: "1.2.3").json }
  }

  @Test func `every route of ours is described, and the reverse`() async throws {
    let factory = try Factory()
    let described = (factory.document["paths"]?.objectValue ?? []).flatMap { path in
      (path.value.objectValue ?? []).map { "\($0.key.uppercased()) \(path.key)" }
    }
    let ours = factory.routes.register.routes.filter { $0.path.hasPrefix("/api/v1/") }.map {
      "\($0.method.rawValue) \($0.path)"
    }
    #expect(ours.count > 35)
    #expect(Set(described).count == described.count)
    #expect(described.sorted() == ours.map { $0.replacing("**", with: "{path}") }.sorted())
    try await Application(router: factory.routes.router).test(.router) { client in
      for route in ours {
        let words = route.split(separator: " ")
        let method = try #require(HTTPRequest.Method(rawValue: String(words[0])))
        let path = String(words[1].filter { !"{}".contains($0) })
        try await client.execute(uri: path, method: method) { answer in
          let expected: HTTPResponse.Status =
            path.hasSuffix("openapi.json") ? .ok : .unauthorized
          #expect(answer.status == expected, "\(route)")
        }
      }
    }
  }

  @Test func `operations have names of their own, and references lead somewhere`() throws {
    let document = try Factory().document
    let operations = (document["paths"]?.objectValue ?? []).flatMap { $0.value.objectValue ?? [] }
    let names = operations.compactMap { $0.value["operationId"]?.stringValue }
    #expect(names.count == operations.count && Set(names).count == names.count)
    #expect(operations.allSatisfy { $0.value["summary"]?.stringValue?.hasSuffix(".") == true })
    for reference in Self.references(in: document) {
      var place: JSONValue? = document
      for part in reference.split(separator: "/").dropFirst() { place = place?[String(part)] }
      #expect(place != nil, "\(reference)")
    }
  }

  @Test func `a method that a path does not know is refused by name`() async throws {
    let factory = try Factory()
    try await Application(router: factory.routes.router).test(.router) { client in
      try await client.execute(
        uri: "/api/v1/jobs", method: .patch, headers: [.authorization: "Bearer right"]
      ) { answer in
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == "GET, POST")
        let wire = try WireCoding.decode(ErrorWire.self, from: Array(answer.body.readableBytesView))
        #expect(wire.error.code == "method_not_allowed")
      }
    }
  }

  @Test func `a body may not have keys that its schema rules out`() async throws {
    let factory = try Factory()
    let schema = factory.document["components"]?["schemas"]?["StudyTerms"]
    #expect(schema?["additionalProperties"]?.boolValue == false)
    try await Application(router: factory.routes.router).test(.router) { client in
      for (body, words) in [
        (#"{"name": "s", "sampelr": "random"}"#, "Did you mean 'sampler'?"),
        (#"{"name": "s", "space": {"parameters": []}, "colour": 1}"#, "It may have name, goal,"),
      ] {
        try await client.execute(
          uri: "/api/v1/studies", method: .post, headers: [.authorization: "Bearer right"],
          body: ByteBuffer(string: body)
        ) { answer in
          #expect(answer.status == .badRequest)
          let error = try WireCoding.decode(
            ErrorWire.self, from: Array(answer.body.readableBytesView)
          ).error
          #expect(error.code == "bad_request")
          #expect(error.hint?.hasPrefix(words) == true, "\(error)")
        }
      }
    }
  }

  /// A schema and its type agree where an example with every key is read and written back as it
  /// is, a missing key is an error exactly if it is required, and no property lacks its key.
  @Test func `what the document says of a wire type is what the type reads and writes`() throws {
    let operations = try Factory().routes.register.operations.map(\.operation)
    let types = OpenAPIDocument.types(of: operations)
    #expect(types.count > 45)
    for type in types { try check(type) }
  }

  private func check<Wire: DescribedWire>(_ type: Wire.Type) throws {
    let name = Comment(rawValue: type.schemaName)
    let fields = type.fields.list
    let example = Self.example(of: .record(type))
    let value = try WireCoding.decode(type, from: example.encoded())
    #expect(try JSONValue(parsing: WireCoding.encode(value)) == example, name)
    #expect(Mirror(reflecting: value).children.count == fields.count, name)
    for field in fields {
      let rest = (example.objectValue ?? []).filter { $0.key != field.name }
      let bytes = JSONValue.object(rest).encoded()
      if field.isRequired {
        #expect(throws: DecodingError.self, "\(type.schemaName).\(field.name)") {
          try WireCoding.decode(type, from: bytes)
        }
      } else {
        #expect(throws: Never.self, "\(type.schemaName).\(field.name)") {
          try WireCoding.decode(type, from: bytes)
        }
      }
    }
  }

  /// A value with every key.
  private static func example(of schema: WireSchema) -> JSONValue {
    switch schema {
    case .text: "text"
    case .matching(let pattern): .string(pattern == "^/" ? "/a" : "0")
    case .word(let words): .string(words[0])
    case .whole(let bound): .number(Double(bound ?? -1))
    case .number: .number(0.5)
    case .flag: true
    case .list(let element): [example(of: element)]
    case .map(let value): ["someKey": example(of: value)]
    case .document: ["someKey": [1, "text"]]
    case .record(let type):
      .object(type.fields.list.map { JSONMember($0.name, example(of: $0.schema)) })
    }
  }

  private static func references(in value: JSONValue) -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { member in
        member.key == "$ref"
          ? [member.value.stringValue ?? ""] : references(in: member.value)
      }
    case .array(let elements): elements.flatMap(references)
    case .null, .bool, .number, .string: []
    }
  }
}
