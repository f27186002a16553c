import Engines
import TestSupport
import Testing

/// The real XGBoost of these tests.
func xgboost() throws -> XGBoostLibrary { try XGBoostLibrary.load(path: engine("xgboost")) }
