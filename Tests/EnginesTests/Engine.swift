import Engines
import TestSupport

/// The real XGBoost of these tests.
func xgboost() throws -> XGBoostLibrary { try XGBoostLibrary.load(path: engine("xgboost")) }
