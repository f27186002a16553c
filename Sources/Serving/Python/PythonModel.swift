import Basics

/// A model of MLflow's that answers the questions of a gateway, through a Python process.
///
/// Identifiers, segments, draining and restarts are the replica's, as for the factory's own models.
struct PythonModel: ReplicaModel {
  private let process: PythonProcess
  private var ids = PredictionIDs()
  private let opening: [UInt8]
  private let description: [UInt8]

  /// - Parameter wants: what the model wants, as members of a JSON object.
  init(process: PythonProcess, wants: [UInt8], source: SegmentSource) {
    self.process = process
    opening = source.opening
    description = opening + wants + [UInt8(ascii: "}")]
  }

  /// When the process ends, the model answers no more.
  var failure: Int32? { process.descriptor }

  mutating func answer(_ questions: [ReplicaQuestion]) throws -> [ReplicaAnswer] {
    try questions.map { question in
      guard question.question != .health else {
        return ReplicaAnswer(status: 200, payload: description)
      }
      guard question.question != .study else {
        return ReplicaAnswer(status: 400, payload: Array("{}".utf8))
      }
      let answer = try process.ask(question)
      guard answer.code == 200 else {
        return ReplicaAnswer(status: answer.code, payload: answer.payload)
      }
      return try identified(answer.payload, as: question.question)
    }
  }

  /// Gives each prediction an identifier.
  ///
  /// - Parameter payload: how many there are, a line end, and a line for each (as members of a JSON
  ///   object) or MLflow's answer as it is.
  private mutating func identified(
    _ payload: [UInt8], as question: FrameQuestion
  ) throws(ServingError) -> ReplicaAnswer {
    let head = payload.prefix { $0 != 0x0A }
    guard let count = Int(String(decoding: head, as: UTF8.self)), head.count < payload.count else {
      throw ServingError(
        .frameInvalid, "The model's process does not say how many rows it answers.")
    }
    let rest = payload[(head.count + 1)...]
    var identifiers: [UInt8] = []
    identifiers.reserveCapacity(SegmentFormat.identifierBytes * count)
    guard question == .predict else {
      for _ in 0..<count { identifiers += ids.next() }
      return ReplicaAnswer(status: 200, payload: Array(rest), identifiers: identifiers)
    }
    var bytes = opening
    bytes.reserveCapacity(opening.count + rest.count + 48 * count + 32)
    bytes += "\"predictions\":[".utf8
    for (row, line) in rest.split(separator: 0x0A).enumerated() {
      if row > 0 { bytes.append(UInt8(ascii: ",")) }
      let id = ids.next()
      identifiers += id
      bytes += "{\"id\":\"p_".utf8
      bytes += id
      bytes += "\",".utf8
      bytes += line
      bytes.append(UInt8(ascii: "}"))
    }
    bytes += "]}".utf8
    return ReplicaAnswer(status: 200, payload: bytes, identifiers: identifiers)
  }
}
