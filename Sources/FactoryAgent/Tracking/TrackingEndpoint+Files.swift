import Glibc
import JSONCoding
import JobProtocol
import MLflowProtocol
import Synchronization

/// Artifacts: files that tasks bring, kept in the attempt's folder until the server takes them.
extension TrackingEndpoint {
  /// Takes a file in; answers when it is on disk and in the journal.
  func upload(
    _ path: String, of request: HTTPRequest, _ connection: inout HTTPConnection
  ) throws(HTTPConnection.Loss) -> HTTPAnswer {
    guard let place = Self.checked(path), !place.isEmpty else {
      return Self.answer(Self.invalidPath)
    }
    do { try requireOwn(place) } catch { return Self.answer(error) }
    guard var incoming = IncomingFile(in: folder) else { return Self.answer(Self.diskFull) }
    var isWritten = true
    do {
      try connection.eachPart(of: request) { part in
        isWritten = incoming.add(part)
        return isWritten
      }
    } catch {
      incoming.discard()
      throw error
    }
    guard isWritten else {
      incoming.discard()
      return Self.answer(Self.diskFull)
    }
    guard let entry = incoming.finish() else { return Self.answer(Self.diskFull) }
    do { try take(entry, at: place) } catch { return Self.answer(error) }
    return .done
  }

  /// Journals a file of the uploads as an artifact; where that fails, nothing of it is left.
  func take(_ file: TrackingFile, at place: String) throws {
    do {
      try write(TrackingCall(method: "PUT", path: "artifacts/" + place, body: [], file: file)) {
        $0.files[place] = file
      }
    } catch {
      unlink(folder.uploads + "/" + file.name)
      throw error
    }
  }

  /// A file that was brought here, else what the server has.
  func download(_ path: String, _ request: HTTPRequest) throws -> Outcome {
    guard let place = Self.checked(path) else { throw Self.invalidPath }
    if let file = state.withLock({ $0.files[place] }) {
      let own = folder.uploads + "/" + file.name
      if access(own, R_OK) == 0 {
        var answer = HTTPAnswer(body: .file(path: own, bytes: file.bytes))
        answer.type = "application/octet-stream"
        return .here(answer)
      }
    }
    if let reply = relay(request, []) { return .there(reply) }
    throw ServerNeeded(what: "the artifact '\(place)'")
  }

  /// The names in a folder, of the files that were brought here.
  func list(_ folder: String?, _ request: HTTPRequest) throws -> HTTPAnswer {
    let fields = MLflowFields(query: request.query)
    guard let place = Self.checked(try folder ?? fields.string("path") ?? "") else {
      throw Self.invalidPath
    }
    let prefix = place.isEmpty ? "" : place + "/"
    var entries: [String: Int64?] = [:]
    for (path, file) in state.withLock({ $0.files }) where path.hasPrefix(prefix) {
      let rest = path.dropFirst(prefix.count)
      let name = String(rest.prefix { $0 != "/" })
      entries.updateValue(name.utf8.count == rest.utf8.count ? file.bytes : nil, forKey: name)
    }
    return HTTPAnswer.object { writer in
      writer.member("files", entries.sorted { $0.key < $1.key }) { writer, entry in
        writer.beginObject()
        writer.member("path", entry.key)
        writer.key("is_dir")
        writer.bool(entry.value == nil)
        if let bytes = entry.value { writer.member("file_size", bytes) }
        writer.endObject()
      }
    }
  }

  /// Forgets a file or a folder.
  func remove(_ path: String, _ request: HTTPRequest) throws -> HTTPAnswer {
    guard let place = Self.checked(path), !place.isEmpty else { throw Self.invalidPath }
    try requireOwn(place)
    try write(TrackingCall(method: "DELETE", path: "artifacts/" + place, body: [])) { state in
      state.files = state.files.filter { $0.key != place && !$0.key.hasPrefix(place + "/") }
    }
    return .done
  }

  /// Refuses a place below the artifacts of a run or a model that this job may not change.
  ///
  /// Of what is not known here the server is asked; where that cannot be, it decides later.
  private func requireOwn(_ place: String) throws {
    let parts = place.split(separator: "/").map(String.init)
    for (owner, word) in zip(parts, parts.dropFirst()) where word == "artifacts" {
      if owner.hasPrefix("m-") {
        if state.withLock({ $0.view.models[owner] }) == nil { _ = adopt(.model(owner)) }
        guard state.withLock({ $0.view.models[owner]?.isOwn }) ?? true else {
          throw TrackingView.denied("logged model \(owner)")
        }
      } else if owner.utf8.count == 32 {
        if state.withLock({ $0.view.runs[owner] }) == nil { _ = adopt(.run(owner)) }
        guard state.withLock({ $0.view.runs[owner]?.isOwn }) ?? true else {
          throw TrackingView.denied("run \(owner)")
        }
      }
    }
  }

  private static let invalidPath = MLflowFailure(.invalidParameterValue, "Invalid path")

  /// A path that stays in its folder; nil for others, also where it would leave it once more decoded.
  private static func checked(_ path: String) -> String? {
    guard !path.hasPrefix("/"), !path.utf8.contains(0), !path.utf8.contains(UInt8(ascii: "\\"))
    else { return nil }
    let drive = path.prefix(2)
    if drive.count == 2, drive.last == ":", drive.first?.isLetter == true { return nil }
    let place = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    var decoded = place
    while true {
      guard !decoded.hasPrefix("/"), !decoded.split(separator: "/").contains("..") else {
        return nil
      }
      guard let once = decodedURLText(decoded), once != decoded else { return place }
      decoded = once
    }
  }
}
