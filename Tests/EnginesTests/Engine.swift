import Engines
import Foundation

/// The real XGBoost of these tests.
func xgboost() throws -> XGBoostLibrary {
  let root = ProcessInfo.processInfo.environment["AIFACTORY_ENGINES"] ?? ".build/engines"
  return try XGBoostLibrary.load(path: "\(root)/xgboost-cpu-3.2.0/xgboost/lib/libxgboost.so")
}
