import Glibc
import JobProtocol

/// Tells what attempts of a site have written, to a server that does not see its file system.
struct Collector {
  private static let requestBytes = 64 << 20

  /// Bytes that may still go into the answer.
  private var rest: Int64
  /// Bytes of them that the attempt at hand may take, so that none waits for a loud one.
  private var share: Int64 = 0

  /// Reads a request from a descriptor and writes the answer to another; false if it makes no sense.
  static func run(from input: Int32, to output: Int32) -> Bool {
    guard let bytes = read(input), let request = try? CollectRequest(decoding: bytes) else {
      return false
    }
    var collector = Collector(rest: request.limit)
    var answer = CollectAnswer(attempts: [])
    for (index, attempt) in request.attempts.enumerated() {
      collector.share = max(1, collector.rest / Int64(request.attempts.count - index))
      answer.attempts.append(collector.news(of: attempt))
    }
    return write(answer.encoded(), to: output)
  }

  private init(rest: Int64) { self.rest = rest }

  private mutating func news(of attempt: CollectRequest.Attempt) -> CollectAnswer.Attempt {
    let folder = AttemptFolder(path: attempt.folder)
    let known = Dictionary(
      attempt.known.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 })
    // Measured first: what the journal speaks of by now is looked at after it.
    let journalBytes = Self.size(of: folder.journal)
    var answer = CollectAnswer.Attempt(
      isClaimed: access(folder.claimedSpec, F_OK) == 0, isComplete: true, news: [])
    let others = ["stdout.log", "stderr.log", "agent.log"]
    for name in others + Self.uploads(in: folder).map({ "uploads/" + $0 }) {
      take(name, of: folder, known: known, into: &answer)
    }
    // Its end is the end of all looks, so it comes last and when nothing else is left.
    if answer.isComplete, let journalBytes {
      take("journal", of: folder, upTo: journalBytes, known: known, into: &answer)
    }
    return answer
  }

  /// Adds what is new of a file.
  private mutating func take(
    _ name: String, of folder: AttemptFolder, upTo end: Int64 = .max, known: [String: Int64],
    into answer: inout CollectAnswer.Attempt
  ) {
    let file = open(folder.path + "/" + name, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let size = min(Int64(status.st_size), end)
    let offset = known[name] ?? 0
    guard size > offset || known[name] == nil else { return }
    let wanted = Int(max(0, min(size - offset, share)))
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, wanted, off_t(offset)))
    }
    rest -= Int64(bytes.count)
    share -= Int64(bytes.count)
    if offset + Int64(bytes.count) < size { answer.isComplete = false }
    answer.news.append(CollectAnswer.News(name: name, offset: offset, bytes: bytes))
  }

  private static func size(of path: String) -> Int64? {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }

  private static func uploads(in folder: AttemptFolder) -> [String] {
    guard let handle = opendir(folder.uploads) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func read(_ input: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count <= requestBytes {
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        repeat {
          count = Glibc.read(input, buffer.baseAddress, 1 << 16)
        } while count < 0 && errno == EINTR
        count = max(0, count)
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
    return nil
  }

  private static func write(_ bytes: [UInt8], to output: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(output, buffer.baseAddress.map { $0 + done }, buffer.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }
}
