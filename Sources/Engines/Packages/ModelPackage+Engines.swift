public import Basics

extension ModelPackage {
  /// The predictor of the package in `folder`, with the engines that are installed.
  ///
  /// - Parameter threads: threads of the engine for tables of many rows.
  public static func load(
    folder: String, engines: EngineLocator, threads: Int
  ) throws -> Predictor {
    // Most predictions need no engine; a call that needs one says that it is missing.
    try load(
      folder: folder, xgboost: try? engines.xgboost(), duckdb: try? engines.duckdb(),
      threads: threads)
  }
}

extension XGBoostLibrary {
  /// XGBoost of the pinned version, from where engines are installed.
  public static func load(engines: EngineLocator) throws -> XGBoostLibrary {
    try load(path: engines.xgboost())
  }
}
