import Basics
import Experimentation
import MLflowProtocol

/// Changes of logged models, read from a request and still to be written.
enum MLflowLoggedModels {
  typealias Write = @Sendable (LedgerTransaction) throws -> LoggedModel

  /// - Parameter id: of the model to be.
  static func creation(_ fields: MLflowFields, id: String, nowMs: Int64) throws -> Write {
    let experiment = try fields.experiment()
    let name = try fields.string("name") ?? ""
    let kind = try fields.string("model_type") ?? ""
    let source = try fields.string("source_run_id") ?? ""
    let (params, tags) = (try fields.pairs("params"), try fields.pairs("tags"))
    let given = name.isEmpty ? RunNames.random() : name
    return { db in
      let run = try RunStore.known(source, in: db)
      return try LoggedModelStore.create(
        id, in: experiment, name: given, kind: kind, sourceRun: run,
        foreignRun: run == nil && !source.isEmpty ? source : nil, params: params, tags: tags,
        nowMs: nowMs, in: db)
    }
  }

  static func status(_ id: String, _ fields: MLflowFields, nowMs: Int64) throws -> Write {
    let status = try fields.modelStatus()
    let message = try fields.string("status_message") ?? ""
    return { db in
      try LoggedModelStore.setStatus(status, of: id, message: message, nowMs: nowMs, in: db)
    }
  }

  static func tags(_ id: String, _ fields: MLflowFields, nowMs: Int64) throws -> Write {
    let tags = try fields.pairs("tags")
    return { db in
      try LoggedModelStore.note(tags: tags, on: id, nowMs: nowMs, in: db)
      return try LoggedModelStore.model(id, in: db)
    }
  }

  static func params(
    _ id: String, _ fields: MLflowFields, nowMs: Int64
  ) throws -> MLflowLogging.Write {
    let params = try fields.pairs("params")
    return { try LoggedModelStore.note(params: params, on: id, nowMs: nowMs, in: $0) }
  }

  /// Carries out what stands in a journal; false for a path that is none of a logged model.
  ///
  /// - Parameter parts: of the path, after `logged-models`.
  static func apply(
    _ method: String, _ parts: [String], _ fields: MLflowFields, made: String,
    nowMs: Int64, in db: LedgerTransaction
  ) throws -> Bool {
    switch (method, parts.count, parts.dropFirst().first) {
    case ("POST", 0, _): _ = try creation(fields, id: made, nowMs: nowMs)(db)
    case ("PATCH", 1, _): _ = try status(parts[0], fields, nowMs: nowMs)(db)
    case ("DELETE", 1, _): try LoggedModelStore.delete(parts[0], nowMs: nowMs, in: db)
    case ("PATCH", 2, "tags"):
      var tags = try fields.pairs("tags")
      // The registration itself has noted the numbers that the registry gave.
      if let text = tags[MLflowRegistry.versionsTag],
        MLflowRegistry.isProvisional(versionsTag: text)
      {
        tags[MLflowRegistry.versionsTag] = nil
      }
      try LoggedModelStore.note(tags: tags, on: parts[0], nowMs: nowMs, in: db)
    case ("DELETE", 3, "tags"): try LoggedModelStore.deleteTag(parts[2], of: parts[0], in: db)
    case ("POST", 2, "params"): try params(parts[0], fields, nowMs: nowMs)(db)
    default: return false
    }
    return true
  }
}

extension MLflowFields {
  fileprivate func modelStatus() throws -> LoggedModel.Status {
    switch self["status"] {
    case .string("LOGGED_MODEL_PENDING"), .number(1): return .pending
    case .string("LOGGED_MODEL_READY"), .number(2): return .ready
    case .string("LOGGED_MODEL_UPLOAD_FAILED"), .number(3): return .uploadFailed
    case .none: throw Self.missing("status")
    case .some(let other): throw Self.invalid("status", other)
    }
  }
}
