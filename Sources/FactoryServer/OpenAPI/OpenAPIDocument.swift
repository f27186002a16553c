import API
import Basics
import HTTPTypes

/// OpenAPI 3.1 of our own routes, made of what each says of itself.
struct OpenAPIDocument: Sendable {
  private let register: RouteRegister
  private let version: String

  /// Tells of the routes that were added to `register` when `json` is asked for.
  init(_ register: RouteRegister, version: String) {
    self.register = register
    self.version = version
  }

  /// The document.
  var json: JSONValue {
    let operations = register.operations
    var paths: [(path: String, methods: [JSONMember])] = []
    for route in operations {
      let member = JSONMember(route.method.rawValue.lowercased(), Self.json(of: route))
      let path = Self.path(of: route)
      if let known = paths.firstIndex(where: { $0.path == path }) {
        paths[known].methods.append(member)
      } else {
        paths.append((path, [member]))
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "AI Factory", "version": .string(version),
        "description": """
        Names are in snake case, times are Unix time in milliseconds; what has no value is absent. \
        Every error has a code, a message and mostly a hint.
        """,
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
      ],
      "security": [["token": []]],
      "paths": .object(paths.map { JSONMember($0.path, .object($0.methods)) }),
      "components": [
        "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
        "schemas": .object(
          Self.types(of: operations.map(\.operation)).map { JSONMember($0.schemaName, $0.schema) }),
        "responses": ["Error": Self.error],
      ],
    ]
  }

  /// Every wire type that the operations name, and those that these name, by name.
  static func types(of operations: [APIOperation]) -> [any DescribedWire.Type] {
    var found: [String: any DescribedWire.Type] = [:]
    var waiting: [any DescribedWire.Type] = [ErrorWire.self]
    for operation in operations {
      if let body = operation.body { waiting.append(body) }
      if case .json(let type, _) = operation.answer { waiting.append(type) }
    }
    while let type = waiting.popLast() {
      guard found.updateValue(type, forKey: type.schemaName) == nil else { continue }
      waiting += type.fields.list.flatMap(\.schema.records)
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The path as the document writes it: the rest of it, `**`, is a parameter too.
  static func path(of route: RegisteredOperation) -> String {
    route.path.replacing("**", with: "{path}")
  }

  /// Statuses that the shape of a route implies, and those that it names, in order.
  static func refusals(of route: RegisteredOperation) -> [HTTPResponse.Status] {
    var statuses: [HTTPResponse.Status] = [
      .badRequest, .forbidden, .tooManyRequests, .serviceUnavailable,
    ]
    if route.permission != .open { statuses.append(.unauthorized) }
    if path(of: route).contains("{") { statuses.append(.notFound) }
    if route.operation.body != nil || route.operation.takesBytes {
      statuses.append(.contentTooLarge)
    }
    return Set(statuses + route.operation.refusals).sorted { $0.code < $1.code }
  }

  private static func json(of route: RegisteredOperation) -> JSONValue {
    let operation = route.operation
    let names = path(of: route).split(separator: "/").filter { $0.hasPrefix("{") }.map {
      String($0.dropFirst().dropLast())
    }
    let parameters =
      names.map { name -> JSONValue in
        ["name": .string(name), "in": "path", "required": true, "schema": WireSchema.text.json]
      }
      + operation.query.map { parameter -> JSONValue in
        [
          "name": .string(parameter.name), "in": "query", "schema": parameter.schema,
          "description": .string(parameter.summary),
        ]
      }
    var members: [JSONMember] = [
      JSONMember("operationId", .string(identifier(of: route))),
      JSONMember("summary", .string(operation.summary)),
    ]
    if route.permission == .open { members.append(JSONMember("security", [])) }
    if operation.takesBytes {
      members.append(
        JSONMember(
          "requestBody",
          ["required": true, "content": ["application/octet-stream": .object([])]]))
    }
    if !parameters.isEmpty { members.append(JSONMember("parameters", .array(parameters))) }
    if let body = operation.body {
      members.append(
        JSONMember(
          "requestBody",
          [
            "required": true,
            "content": ["application/json": ["schema": WireSchema.record(body).json]],
          ]))
    }
    var responses = [JSONMember("\(operation.answer.status.code)", answer(of: operation))]
    for status in refusals(of: route) {
      responses.append(JSONMember("\(status.code)", ["$ref": "#/components/responses/Error"]))
    }
    members.append(JSONMember("responses", .object(responses)))
    return .object(members)
  }

  /// `GET /api/v1/jobs/{id}/output` is `get_jobs_id_output`.
  private static func identifier(of route: RegisteredOperation) -> String {
    let words = path(of: route).dropFirst(FactoryRoutes.apiPrefix.count).split {
      "/{}.-".contains($0)
    }
    return ([route.method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "_")
  }

  private static func answer(of operation: APIOperation) -> JSONValue {
    let words = operation.answer.status.reasonPhrase
    let content: [JSONMember] =
      switch operation.answer {
      case .json(let type, _):
        [JSONMember("application/json", ["schema": WireSchema.record(type).json])]
      case .bytes(let types): types.map { JSONMember($0, .object([])) }
      case .anyJSON: [JSONMember("application/json", ["schema": ["type": "object"]])]
      }
    return ["description": .string(words), "content": .object(content)]
  }

  private static var error: JSONValue {
    [
      "description": "What went wrong: a stable code, a message, and what can be done.",
      "content": ["application/json": ["schema": WireSchema.record(ErrorWire.self).json]],
    ]
  }
}
