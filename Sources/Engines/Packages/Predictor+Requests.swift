public import DataPipelines

extension Predictor {
  /// The rows of a request's JSON as a table that fits the signature.
  ///
  /// - Parameter body: one row or many, as objects or arrays, or in a shape of MLflow's scoring
  ///   protocol (`dataframe_split`, `dataframe_records`, `instances`, `inputs`).
  public func parseRows(_ body: [UInt8]) throws(SignatureError) -> Table {
    let result = body.withUnsafeBufferPointer { bytes -> Result<RequestRows, SignatureError> in
      Result { () throws(SignatureError) in try rowReader.read(bytes) }
    }
    return try result.get().table(manifest.signature)
  }

  /// Predictions of a request's rows, straight from its JSON.
  ///
  /// Gives what `predict(parseRows(body))` gives, with fewer steps in between.
  public func predict(json body: UnsafeBufferPointer<UInt8>) throws -> [Prediction] {
    if let derivedRows {
      do {
        return try predict(derivedRows.table(of: body))
      } catch let error as SignatureError where error.code == .rowsInvalid {
        // Rows without names hold the columns of the signature, derived ones too; if these are no
        // such rows, the first error says what is wrong.
        guard let rows = try? rowReader.read(body) else { throw error }
        return try predict(rows.table(manifest.signature))
      }
    }
    let rows = try rowReader.read(body)
    guard lagFeatures == nil else { return try predict(rows.table(manifest.signature)) }
    return try predict(features: features(of: rows))
  }

  private func features(of rows: RequestRows) -> FeatureMatrix {
    let width = pipeline.featureCount
    let values = [Float](unsafeUninitializedCapacity: rows.rowCount * width) { buffer, count in
      if let start = buffer.baseAddress {
        rows.cells.withUnsafeBufferPointer { cells in
          for row in 0..<rows.rowCount {
            let own = UnsafeBufferPointer(
              rebasing: cells[row * rows.width..<(row + 1) * rows.width])
            pipeline.encode(own, at: signaturePlaces, into: start + row * width)
          }
        }
      }
      count = rows.rowCount * width
    }
    return FeatureMatrix(rowCount: rows.rowCount, types: pipeline.featureTypes, values: values)
  }

  /// Appends a prediction's members of a JSON object: `"value":5.8,"interval":[4.9,6.6]`, or
  /// `"value":"good","probabilities":{"good":0.8,"bad":0.2}`.
  public func append(_ prediction: Prediction, to json: inout [UInt8]) {
    json += "\"value\":".utf8
    switch prediction {
    case .number(let value, let interval):
      RowWriter.append(value, to: &json)
      guard let interval else { return }
      json += ",\"interval\":[".utf8
      RowWriter.append(interval.lowerBound, to: &json)
      json.append(UInt8(ascii: ","))
      RowWriter.append(interval.upperBound, to: &json)
      json.append(UInt8(ascii: "]"))
    case .classes(let probabilities):
      let classes = manifest.classes ?? []
      RowWriter.append(label(of: probabilities) ?? "", to: &json)
      json += ",\"probabilities\":{".utf8
      for (place, probability) in probabilities.enumerated() where place < classes.count {
        if place > 0 { json.append(UInt8(ascii: ",")) }
        RowWriter.append(classes[place], to: &json)
        json.append(UInt8(ascii: ":"))
        RowWriter.append(probability, to: &json)
      }
      json.append(UInt8(ascii: "}"))
    }
  }

  /// The class decided for: the most probable, with the model's weights where it has some, the
  /// first of equals; nil for a model of numbers.
  public func label(of probabilities: [Double]) -> String? {
    let scores =
      manifest.decisionWeights.map { zip(probabilities, $0).map { $0 * $1 } } ?? probabilities
    guard let classes = manifest.classes, let most = scores.max(),
      let place = scores.firstIndex(of: most), place < classes.count
    else { return nil }
    return classes[place]
  }
}
