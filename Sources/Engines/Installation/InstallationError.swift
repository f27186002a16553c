public import Basics

/// Why an engine could not be installed.
public struct InstallationError: FactoryError {
  /// The words of the API for what went wrong.
  public enum Code: String, Sendable {
    case processorUnknown = "processor_unknown"
    case pythonMissing = "python_not_installed"
    case pipMissing = "pip_not_installed"
    case downloadFailed = "download_failed"
    case wheelMissing = "wheel_missing"
    case wheelDiffers = "wheel_differs"
    case unpackFailed = "unpack_failed"
  }

  /// What went wrong.
  public var code: Code
  /// What happened, with the values that mattered.
  public var message: String
  /// What the reader can do next.
  public var hint: String?

  init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
