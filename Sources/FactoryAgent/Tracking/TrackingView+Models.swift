import JSONCoding
import MLflowProtocol

/// `logged-models…`: models before they are registered.
extension TrackingView {
  mutating func createModel(_ call: TrackedCall) throws -> HTTPAnswer {
    let experiment = try experiment(try call.fields.required("experiment_id"))
    let given = try call.fields.string("name") ?? ""
    let name = given.isEmpty ? RunNames.random() : given
    guard (1...500).contains(name.unicodeScalars.count),
      !name.contains(where: { "/:.%\"'".contains($0) })
    else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid model name ('\(name.prefix(60))') provided. "
          + "It must have 1 to 500 characters and none of / : . % \" '")
    }
    let source = try call.fields.string("source_run_id") ?? ""
    var model = LoggedModelView(
      id: "m-" + RandomID.hexadecimal(32), experiment: experiment, name: name,
      kind: try call.fields.string("model_type") ?? "", sourceRun: source, nowMs: call.nowMs)
    model.tags = try call.fields.pairs("tags")
    model.params = try call.fields.pairs("params")
    try call.write(model.id, call.fields.setting("name", to: name))
    models[model.id] = model
    return Self.answer(model)
  }

  func getModel(_ id: String) throws -> HTTPAnswer { Self.answer(try model(id)) }

  mutating func setModelStatus(_ id: String, _ call: TrackedCall) throws -> HTTPAnswer {
    var model = try model(id)
    let words = ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"]
    switch call.fields["status"] {
    case .string(let word) where words.contains(word): model.status = word
    case .number(let number) where [1, 2, 3].contains(number): model.status = words[Int(number) - 1]
    case .none: throw MLflowFields.missing("status")
    case .some(let other): throw MLflowFields.invalid("status", other)
    }
    model.statusMessage = try call.fields.string("status_message") ?? ""
    return try keep(model, call)
  }

  mutating func setModelTags(_ id: String, _ call: TrackedCall) throws -> HTTPAnswer {
    var model = try model(id)
    let tags = try Self.checked(tags: call.fields.pairs("tags"), takesAnyCharacter: true)
    model.tags.merge(tags) { $1 }
    return try keep(model, call)
  }

  mutating func deleteModelTag(_ id: String, _ key: String, _ call: TrackedCall) throws
    -> HTTPAnswer
  {
    var model = try model(id)
    guard model.tags.removeValue(forKey: key) != nil else {
      throw MLflowFailure(.doesNotExist, "No tag with key \(key) for model \(id).")
    }
    _ = try keep(model, call)
    return .done
  }

  mutating func logModelParams(_ id: String, _ call: TrackedCall) throws -> HTTPAnswer {
    var model = try model(id)
    model.params.merge(try call.fields.pairs("params")) { $1 }
    _ = try keep(model, call)
    return .done
  }

  /// Models of the job, the newest first, filtered by texts that are equal or not.
  func searchModels(_ call: TrackedCall) throws -> HTTPAnswer {
    let clauses = try EqualityFilter(call.fields.string("filter") ?? "")
    let wanted = Set(try call.fields.strings("experiment_ids"))
    let found = models.values.filter { model in
      wanted.contains(model.experiment) && clauses.holds(for: model)
    }
    .sorted { ($0.createdAtMs, $0.id) > ($1.createdAtMs, $1.id) }
    return HTTPAnswer.object { $0.member("models", found) { $0.loggedModel($1) } }
  }

  private mutating func keep(_ model: LoggedModelView, _ call: TrackedCall) throws -> HTTPAnswer {
    guard model.isOwn else { throw Self.denied("logged model \(model.id)") }
    var model = model
    model.updatedAtMs = call.nowMs
    try call.write()
    models[model.id] = model
    return Self.answer(model)
  }

  private func model(_ id: String) throws -> LoggedModelView {
    guard let model = models[id] else {
      throw ServerNeeded(
        what: "the model \(id), which this job has not made,", missing: .model(id))
    }
    return model
  }

  private static func answer(_ model: LoggedModelView) -> HTTPAnswer {
    HTTPAnswer.object {
      $0.key("model")
      $0.loggedModel(model)
    }
  }
}

extension EqualityFilter {
  func holds(for model: LoggedModelView) -> Bool {
    holds { entity, key in
      switch entity {
      case "tag", "tags": model.tags[key]
      case "param", "params", "parameters": model.params[key]
      default:
        switch key {
        case "model_id": model.id
        case "name": model.name
        case "model_type": model.kind
        case "status": model.status
        case "source_run_id": model.sourceRun
        default: nil
        }
      }
    }
  }
}
