extension AttemptSpec {
  /// First bytes of the file; the last is the version of the format.
  static let formatHead: [UInt8] = Array("AIFSPEC".utf8) + [1]

  /// The bytes of the instruction's file.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(job)
    writer.write(Int64(attempt))
    writer.write(marker)
    writer.write(workFolder)
    writer.write(list: cpus) { $0.write(Int32($1)) }
    writer.write(list: gpus) { $0.write(Int32($1)) }
    spec.write(to: &writer)
    // What an older agent passes over.
    writer.write(optional: tracking) { $1.write(to: &$0) }
    writer.write(optional: checkpointFolder) { $0.write($1) }
    writer.write(optional: preparation) { $0.write($1) }
    writer.write(optional: node) {
      $0.write(UInt32($1.index))
      $0.write(UInt32($1.count))
    }
    writer.write(optional: isolation) { $1.write(to: &$0) }
    writer.write(optional: outputs) { $0.write(list: $1.paths) { $0.write($1) } }
    writer.write(optional: listening) { $1.write(to: &$0) }
    writer.write(optional: returned) { $0.write(list: $1.paths) { $0.write($1) } }
    return Self.formatHead + writer.bytes
  }

  /// Takes an instruction out of the bytes of its file.
  public init(decoding bytes: [UInt8]) throws(JobProtocolError) {
    guard bytes.starts(with: Self.formatHead) else { throw JobProtocolError.unknownFormat }
    var reader = ByteReader(bytes[Self.formatHead.count...])
    job = try reader.text()
    attempt = Int(try reader.integer(Int64.self))
    marker = try reader.text()
    workFolder = try reader.text()
    cpus = try reader.list { (r) throws(JobProtocolError) in Int(try r.integer(Int32.self)) }
    gpus = try reader.list { (r) throws(JobProtocolError) in Int(try r.integer(Int32.self)) }
    spec = try JobSpec(from: &reader)
    if !reader.isAtEnd {
      tracking = try reader.optional { (r) throws(JobProtocolError) in
        try AttemptTracking(from: &r)
      }
    }
    if !reader.isAtEnd {
      checkpointFolder = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    }
    if !reader.isAtEnd {
      preparation = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    }
    if !reader.isAtEnd {
      node = try reader.optional { (r) throws(JobProtocolError) in
        AttemptNode(
          index: Int(try r.integer(UInt32.self)), count: Int(try r.integer(UInt32.self)))
      }
    }
    if !reader.isAtEnd {
      isolation = try reader.optional { (r) throws(JobProtocolError) in
        try AttemptIsolation(from: &r)
      }
    }
    if !reader.isAtEnd {
      outputs = try reader.optional { (r) throws(JobProtocolError) in
        JobOutputs(paths: try r.list { (r) throws(JobProtocolError) in try r.text() })
      }
    }
    if !reader.isAtEnd {
      listening = try reader.optional { (r) throws(JobProtocolError) in
        try AttemptListening(from: &r)
      }
    }
    if !reader.isAtEnd {
      returned = try reader.optional { (r) throws(JobProtocolError) in
        JobOutputs(paths: try r.list { (r) throws(JobProtocolError) in try r.text() })
      }
    }
  }
}

extension JobSpec {
  func write(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(kind.rawValue)
    writer.write(list: command) { $0.write($1) }
    writer.write(list: environment) {
      $0.write($1.name)
      $0.write($1.value)
    }
    writer.write(optional: workingDirectory) { $0.write($1) }
    writer.write(Int64(taskCount))
    writer.write(Int64(resources.cpus))
    writer.write(optional: resources.memoryBytes) { $0.write($1) }
    writer.write(Int64(resources.gpus))
    writer.write(optional: resources.timeLimitMs) { $0.write($1) }
    writer.write(resources.gracePeriodMs)
    writer.write(resources.outputLimitBytes)
    writer.write(optional: site) { $0.write($1) }
    writer.write(Int64(priority))
    writer.write(purpose)
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    let name = try reader.text()
    let kindWord = try reader.text()
    guard let kind = Kind(rawValue: kindWord) else {
      throw JobProtocolError.unknownWord(kindWord)
    }
    let command = try reader.list { (r) throws(JobProtocolError) in try r.text() }
    let environment = try reader.list { (r) throws(JobProtocolError) in
      EnvironmentVariable(try r.text(), try r.text())
    }
    let workingDirectory = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    let taskCount = Int(try reader.integer(Int64.self))
    let resources = try JobResources(from: &reader)
    let site = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    self.init(
      name: name, kind: kind, command: command, environment: environment,
      workingDirectory: workingDirectory, taskCount: taskCount, resources: resources, site: site,
      priority: Int(try reader.integer(Int64.self)), purpose: try reader.text())
  }
}

extension JobResources {
  init(from reader: inout ByteReader) throws(JobProtocolError) {
    self.init(
      cpus: Int(try reader.integer(Int64.self)),
      memoryBytes: try reader.optional { (r) throws(JobProtocolError) in
        try r.integer(Int64.self)
      },
      gpus: Int(try reader.integer(Int64.self)),
      timeLimitMs: try reader.optional { (r) throws(JobProtocolError) in
        try r.integer(Int64.self)
      },
      gracePeriodMs: try reader.integer(Int64.self),
      outputLimitBytes: try reader.integer(Int64.self))
  }
}
