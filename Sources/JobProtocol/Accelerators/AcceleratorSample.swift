/// What one accelerator of an attempt does at a moment; nil for what its driver does not tell.
public struct AcceleratorSample: Equatable, Sendable {
  /// Share of the last moments in which it computed, in thousandths.
  public var busyPermille: Int64?
  /// Memory in use.
  public var memoryBytes: Int64?
  /// Memory that it has.
  public var memoryTotalBytes: Int64?
  /// Power that it draws.
  public var milliwatts: Int64?

  /// Takes every value as it is.
  public init(
    busyPermille: Int64? = nil, memoryBytes: Int64? = nil, memoryTotalBytes: Int64? = nil,
    milliwatts: Int64? = nil
  ) {
    self.busyPermille = busyPermille
    self.memoryBytes = memoryBytes
    self.memoryTotalBytes = memoryTotalBytes
    self.milliwatts = milliwatts
  }

  /// True where its driver tells nothing.
  public var isEmpty: Bool { self == AcceleratorSample() }
}

/// What the accelerators of an attempt did since they were looked at first.
public struct AcceleratorUsage: Equatable, Sendable {
  /// Milliseconds of all accelerators together of which something is known.
  public var measuredMs: Int64
  /// Those of them in which one computed.
  public var busyMs: Int64
  /// What they took, their power integrated over that time; nil where none tells it.
  public var microjoules: Int64?
  /// Most memory that was in use on one of them; nil where none tells it.
  public var maxMemoryBytes: Int64?

  /// Takes every value as it is.
  public init(
    measuredMs: Int64 = 0, busyMs: Int64 = 0, microjoules: Int64? = nil,
    maxMemoryBytes: Int64? = nil
  ) {
    self.measuredMs = measuredMs
    self.busyMs = busyMs
    self.microjoules = microjoules
    self.maxMemoryBytes = maxMemoryBytes
  }

  /// What this and another have used together.
  public mutating func add(_ other: AcceleratorUsage) {
    measuredMs += other.measuredMs
    busyMs += other.busyMs
    if let joules = other.microjoules { microjoules = (microjoules ?? 0) + joules }
    if let bytes = other.maxMemoryBytes { maxMemoryBytes = max(maxMemoryBytes ?? 0, bytes) }
  }
}

extension AcceleratorSample {
  func write(to writer: inout ByteWriter) {
    for value in [busyPermille, memoryBytes, memoryTotalBytes, milliwatts] {
      writer.write(optional: value) { $0.write($1) }
    }
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    func value(_ reader: inout ByteReader) throws(JobProtocolError) -> Int64? {
      try reader.optional { (r) throws(JobProtocolError) in try r.integer(Int64.self) }
    }
    busyPermille = try value(&reader)
    memoryBytes = try value(&reader)
    memoryTotalBytes = try value(&reader)
    milliwatts = try value(&reader)
  }
}

extension AcceleratorUsage {
  func write(to writer: inout ByteWriter) {
    writer.write(measuredMs)
    writer.write(busyMs)
    writer.write(optional: microjoules) { $0.write($1) }
    writer.write(optional: maxMemoryBytes) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    measuredMs = try reader.integer()
    busyMs = try reader.integer()
    microjoules = try reader.optional { (r) throws(JobProtocolError) in
      try r.integer(Int64.self)
    }
    maxMemoryBytes = try reader.optional { (r) throws(JobProtocolError) in
      try r.integer(Int64.self)
    }
  }
}
