/// The version of this program, as `--version`, `server.json` and `/version` tell it.
enum FactoryVersion {
  static let current = "0.1.0"
}
