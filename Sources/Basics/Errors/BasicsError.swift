/// What can go wrong with names, quantities, files, objects, engines and the home folder.
public struct BasicsError: FactoryError {
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
  }

  public var code: Code
  public var message: String
  public var hint: String?

  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
