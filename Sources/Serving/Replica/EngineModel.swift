import Basics
import DataPipelines
import Engines

/// A model package that answers the questions of a gateway.
struct EngineModel: ReplicaModel {
  private let predictor: Predictor
  private var ids = PredictionIDs()
  private let opening: [UInt8]
  private let description: [UInt8]

  init(predictor: Predictor, source: SegmentSource) {
    self.predictor = predictor
    opening = source.opening
    description = opening + EngineModel.signature(of: predictor) + [UInt8(ascii: "}")]
  }

  mutating func answer(_ questions: [ReplicaQuestion]) -> [ReplicaAnswer] {
    questions.map { question in
      switch question.question {
      case .health:
        return ReplicaAnswer(status: 200, payload: description)
      case .study, .secret: return ReplicaAnswer(status: 400, payload: Array("{}".utf8))
      case .predict, .invocations:
        do {
          let predictions = try predictor.predict(
            json: question.body.assumingMemoryBound(to: UInt8.self))
          return answer(predictions, to: question.question)
        } catch {
          return EngineModel.answer(to: error)
        }
      }
    }
  }

  private mutating func answer(
    _ predictions: [Prediction], to question: FrameQuestion
  ) -> ReplicaAnswer {
    var payload: [UInt8] = []
    payload.reserveCapacity(128 + 96 * predictions.count)
    var identifiers: [UInt8] = []
    identifiers.reserveCapacity(SegmentFormat.identifierBytes * predictions.count)
    payload += question == .predict ? opening : [UInt8(ascii: "{")]
    payload += "\"predictions\":[".utf8
    for (row, prediction) in predictions.enumerated() {
      if row > 0 { payload.append(UInt8(ascii: ",")) }
      let id = ids.next()
      identifiers += id
      if question == .predict {
        payload += "{\"id\":\"p_".utf8
        payload += id
        payload += "\",".utf8
        predictor.append(prediction, to: &payload)
        payload.append(UInt8(ascii: "}"))
      } else {
        appendBare(prediction, to: &payload)
      }
    }
    payload += "]}".utf8
    return ReplicaAnswer(status: 200, payload: payload, identifiers: identifiers)
  }

  /// The value alone, as MLflow's scoring protocol wants it.
  private func appendBare(_ prediction: Prediction, to payload: inout [UInt8]) {
    var writer = JSONWriter(capacity: 32)
    switch prediction {
    case .number(let value, _): writer.number(value)
    case .classes(let probabilities): writer.string(predictor.label(of: probabilities) ?? "")
    }
    payload += writer.bytes
  }

  /// Errors of the rows tell where they lie; anything else is the replica's own.
  static func answer(to error: any Error) -> ReplicaAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error")
    writer.beginObject()
    let status: UInt16
    if let error = error as? SignatureError {
      status = error.code == .invalidJSON ? 400 : 422
      write(error.code.rawValue, error.message, error.hint, to: &writer)
      if let row = error.row { writeDetails(of: error, row: row, to: &writer) }
    } else if let error = error as? any FactoryError {
      status = 500
      write("prediction_failed", error.message, error.hint, to: &writer)
    } else {
      status = 500
      write("prediction_failed", "The model could not answer.", nil, to: &writer)
    }
    writer.endObject()
    writer.endObject()
    return ReplicaAnswer(status: status, payload: writer.bytes)
  }

  private static func write(
    _ code: String, _ message: String, _ hint: String?, to writer: inout JSONWriter
  ) {
    writer.key("code")
    writer.string(code)
    writer.key("message")
    writer.string(message)
    if let hint {
      writer.key("hint")
      writer.string(hint)
    }
  }

  private static func writeDetails(
    of error: SignatureError, row: Int, to writer: inout JSONWriter
  ) {
    writer.key("details")
    writer.beginObject()
    writer.key("row")
    writer.string(String(row))
    if let column = error.column {
      writer.key("column")
      writer.string(column)
    }
    if let value = error.value {
      writer.key("value")
      writer.string(value)
    }
    if let expectation = error.expectation {
      writer.key("expectation")
      writer.string(expectation)
    }
    writer.endObject()
  }

  /// What the model wants: `"status":"ok","columns":[{"name":…,"type":…,"optional":…}]`.
  private static func signature(of predictor: Predictor) -> [UInt8] {
    var writer = JSONWriter()
    writer.key("status")
    writer.string("ok")
    writer.key("columns")
    writer.beginArray()
    for column in predictor.manifest.signature {
      writer.beginObject()
      writer.key("name")
      writer.string(column.name)
      writer.key("type")
      writer.string(column.type.rawValue)
      writer.key("optional")
      writer.bool(column.isOptional)
      if let derivation = column.derivation {
        writer.key("derivation")
        writer.string(derivation)
      }
      writer.endObject()
    }
    writer.endArray()
    return writer.bytes
  }
}
