import API
import Basics
import HTTPTypes

/// What a route is, in words and schemas: each route has one, or it does not compile.
public enum RouteDescription: Sendable {
  /// One of ours under `/api/v1`, told in `openapi.json`.
  case api(APIOperation)
  /// In the dialect of MLflow's clients, whose documentation holds.
  case mlflow
  /// Handed on to the gateway.
  case endpoint
  /// Handed on to a service.
  case service
  /// For browsers.
  case page
  /// For those who watch the server: `/health`, `/ready`, `/version`, `/metrics`.
  case operation

  /// One of ours.
  ///
  /// - Parameters:
  ///   - summary: a sentence for people.
  ///   - query: what may stand behind `?`.
  ///   - body: the wire type of the request's body; nil where there is none.
  ///   - takesBytes: whether the body is bytes instead.
  ///   - answer: what comes back when all is well.
  ///   - refusals: statuses beyond those that the shape of the route implies.
  static func api(
    _ summary: String, query: [QueryParameter] = [], body: (any DescribedWire.Type)? = nil,
    takesBytes: Bool = false, answer: APIOperation.Answer, refusals: [HTTPResponse.Status] = []
  ) -> RouteDescription {
    .api(
      APIOperation(
        summary: summary, query: query, body: body, takesBytes: takesBytes, answer: answer,
        refusals: refusals))
  }
}

/// One route of `/api/v1` as the document tells it.
public struct APIOperation: Sendable {
  /// What comes back when all is well.
  enum Answer: Sendable {
    /// A wire value.
    case json(any DescribedWire.Type, HTTPResponse.Status = .ok)
    /// Bytes of one of these media types.
    case bytes([String])
    /// Any JSON.
    case anyJSON

    var status: HTTPResponse.Status {
      switch self {
      case .json(_, let status): status
      case .bytes, .anyJSON: .ok
      }
    }
  }

  var summary: String
  var query: [QueryParameter]
  var body: (any DescribedWire.Type)?
  var takesBytes: Bool
  var answer: Answer
  var refusals: [HTTPResponse.Status]
}

/// A parameter of the query; all of ours may be absent.
struct QueryParameter: Sendable {
  var name: String
  var schema: JSONValue
  var summary: String

  /// A whole number in a range.
  static func integer(
    _ name: String, _ range: ClosedRange<Int>, _ summary: String
  ) -> QueryParameter {
    QueryParameter(
      name: name,
      schema: [
        "type": "integer", "minimum": .number(Double(range.lowerBound)),
        "maximum": .number(Double(range.upperBound)),
      ], summary: summary)
  }

  /// How many at most.
  static func limit(_ most: Int) -> QueryParameter {
    integer("limit", 1...most, "How many at most.")
  }

  /// A text.
  static func text(_ name: String, _ summary: String) -> QueryParameter {
    QueryParameter(name: name, schema: WireSchema.text.json, summary: summary)
  }

  /// One of a few words.
  static func word(_ name: String, _ words: [String], _ summary: String) -> QueryParameter {
    QueryParameter(name: name, schema: WireSchema.word(words).json, summary: summary)
  }
}
