/// Bytes that are not what the job protocol says.
public enum JobProtocolError: Error, Equatable {
  /// The bytes end before the value does.
  case truncated
  /// A word that this version does not know, such as another kind of job.
  case unknownWord(String)
  /// A file of another format or version.
  case unknownFormat
}
