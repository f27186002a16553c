/// Which version of MLflow we say we are.
public enum MLflowRelease {
  /// That of the client with which the tests speak; from 3.4 on, clients send spans as OTLP.
  public static let spoken = "3.17.2"
}
