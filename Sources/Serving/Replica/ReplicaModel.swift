import Basics

/// A question of the data plane, as it lies in the reader's memory.
struct ReplicaQuestion {
  var question: FrameQuestion
  var body: UnsafeRawBufferPointer
}

/// What a replica answers to one question.
struct ReplicaAnswer {
  /// HTTP status.
  var status: UInt16
  /// JSON.
  var payload: [UInt8]
  /// Identifiers of the predictions in it, 26 characters each, without prefix.
  var identifiers: [UInt8]

  init(status: UInt16, payload: [UInt8], identifiers: [UInt8] = []) {
    self.status = status
    self.payload = payload
    self.identifiers = identifiers
  }
}

/// Answers questions, many at once; one in the product and one in tests.
protocol ReplicaModel {
  /// One answer a question, in order; a bad question spoils no other.
  ///
  /// - Throws: when the model can answer no more.
  mutating func answer(_ questions: [ReplicaQuestion]) throws -> [ReplicaAnswer]
  /// A descriptor that becomes readable when the model can answer no more; nil where that cannot be.
  var failure: Int32? { get }
}

extension ReplicaModel {
  var failure: Int32? { nil }
}

extension SegmentSource {
  /// How an answer begins: `{"model_version":{…}` and the comma after it.
  var opening: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("model_version")
    writer.beginObject()
    writer.key("name")
    writer.string(model)
    writer.key("version")
    writer.integer(Int64(version))
    writer.endObject()
    return writer.bytes + [UInt8(ascii: ",")]
  }
}
