/// What can go wrong with names, quantities, files, objects, engines and the home folder.
public struct BasicsError: FactoryError {
  /// The words of the API for what went wrong.
  public enum Code: String, Sendable {
    case nameInvalid = "name_invalid"
    case quantityInvalid = "quantity_invalid"
    case fileUnreadable = "file_unreadable"
    case fileUnwritable = "file_unwritable"
    case fileChanged = "file_changed"
    case diskFull = "disk_full"
    case homeInUse = "home_in_use"
    case serverFileInvalid = "server_file_invalid"
    case objectMissing = "object_missing"
    case objectDamaged = "object_damaged"
    case manifestInvalid = "manifest_invalid"
    case engineMissing = "engine_missing"
    case backupInvalid = "backup_invalid"
    case restoreRefused = "restore_refused"
    case dataClassInvalid = "data_class_invalid"
  }

  /// What went wrong.
  public var code: Code
  /// What happened, with the values that mattered.
  public var message: String
  /// What the reader can do next.
  public var hint: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
