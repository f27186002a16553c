/// Numbers that stand for versions of models which are registered where the registry cannot be asked.
public enum MLflowProvisional {
  /// The least of them; the registry gives no such number itself.
  public static let firstVersion = 1_000_000_000
  /// All of them; the largest is the largest that MLflow can read.
  public static let versions = firstVersion...Int(Int32.max)
}
