/// The version of this program, as `--version`, `server.json` and `/version` tell it.
public enum FactoryVersion {
  /// Major, minor, patch.
  public static let current = "0.1.0"
}
