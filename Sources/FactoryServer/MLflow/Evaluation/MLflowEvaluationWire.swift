import MLflowProtocol
import Basics
import Experimentation

extension MLflowAnswer {
  init(_ dataset: EvaluationDataset) {
    self.init {
      $0.key("dataset")
      $0.evaluationDataset(dataset)
    }
  }
}

extension MLflowFields {
  /// Tags that come as a JSON object in a text; values that are no texts are written out.
  func tagsInText(_ name: String) throws -> [String: String] {
    guard let text = try string(name), !text.isEmpty else { return [:] }
    // The caller learns what is expected.
    guard let object = try? JSONValue(parsing: text), case .object(let members) = object else {
      throw MLflowFailure(
        .invalidParameterValue, "'\(name)' must be a JSON object in a text, such as {\"a\": \"b\"}."
      )
    }
    let fields = MLflowFields(members: object)
    var tags: [String: String] = [:]
    for member in members {
      switch member.value {
      case .null: continue
      case .bool(let value): tags[member.key] = value ? "True" : "False"
      case .number: tags[member.key] = String(decoding: member.value.encoded(), as: UTF8.self)
      case .string, .array, .object: tags[member.key] = try fields.string(member.key)
      }
    }
    return tags
  }
}

extension JSONWriter {
  /// An evaluation dataset in MLflow's shape: tags, schema and profile are JSON in texts.
  mutating func evaluationDataset(_ dataset: EvaluationDataset) {
    let tags = dataset.tags.sorted { $0.key < $1.key }.map {
      JSONMember($0.key, .string($0.value))
    }
    beginObject()
    member("dataset_id", dataset.id)
    member("name", dataset.name)
    member("tags", String(decoding: JSONValue.object(tags).encoded(), as: UTF8.self))
    member(ifAny: "schema", dataset.schema)
    if dataset.recordCount > 0 { member("profile", #"{"num_records": \#(dataset.recordCount)}"#) }
    member("digest", dataset.digest)
    member("created_time", dataset.createdAtMs)
    member("last_update_time", dataset.updatedAtMs)
    member(ifAny: "created_by", dataset.createdBy)
    member(ifAny: "last_updated_by", dataset.updatedBy)
    member("experiment_ids", dataset.experiments) { $0.string($1.rawValue) }
    endObject()
  }

  /// A record of an evaluation dataset in MLflow's shape.
  mutating func evaluationRecord(_ record: EvaluationRecord, of dataset: String) {
    beginObject()
    member("dataset_record_id", record.id)
    member("dataset_id", dataset)
    for (name, json) in [
      (StaticString("inputs"), Optional(record.inputs)), ("outputs", record.outputs),
      ("expectations", record.expectations), ("tags", record.tags), ("source", record.source),
    ] {
      guard let json else { continue }
      key(name)
      raw(Array(json.utf8))
    }
    member(ifAny: "source_id", record.sourceID)
    member(ifAny: "source_type", record.sourceType)
    member("created_time", record.createdAtMs)
    member("last_update_time", record.updatedAtMs)
    member(ifAny: "created_by", record.createdBy)
    member(ifAny: "last_updated_by", record.updatedBy)
    endObject()
  }
}
