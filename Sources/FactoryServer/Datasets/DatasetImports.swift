import API
import Basics
import Compute
import DataPipelines
import Foundation
import Logging
public import ServiceLifecycle

/// Makes dataset versions outside of workflows: an intake job, a data job, a row in the ledger.
///
/// What an import decides is in the ledger before it is acted upon: a server that stops or is killed
/// leaves its imports to the next.
public actor DatasetImports: Service {
  private let store: DatasetImportStore
  private let parts: DatasetImportDrive.Parts
  private let logger: Logger
  private let (accepted, acceptance) = AsyncStream.makeStream(of: Identifier<DatasetImport>.self)
  /// Whether the imports that an earlier server left have been taken up.
  private(set) var hasReconciled = false

  /// - Parameter executable: the `aifactory` program, for the stage programs.
  init(ledger: Ledger, home: FactoryHome, jobs: Jobs, executable: String, logger: Logger) {
    store = DatasetImportStore(ledger: ledger)
    parts = DatasetImportDrive.Parts(
      store: store, ledger: ledger, home: home, jobs: jobs, executable: executable)
    self.logger = logger
  }

  /// Works until the server ends.
  public func run() async throws {
    let unfinished = try await store.unfinished().map(\.id)
    hasReconciled = true
    let (parts, logger, accepted) = (parts, logger, accepted)
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        func begin(_ id: Identifier<DatasetImport>) {
          group.addTask { await Self.drive(id, parts, logger) }
        }
        var begun = Set(unfinished)
        for id in unfinished { begin(id) }
        for await id in accepted where begun.insert(id).inserted { begin(id) }
        group.cancelAll()
      }
    }
  }

  /// Drives an import to its end; while the ledger cannot be written, again and again.
  private static func drive(
    _ id: Identifier<DatasetImport>, _ parts: DatasetImportDrive.Parts, _ logger: Logger
  ) async {
    while !Task.isCancelled {
      do {
        return try await DatasetImportDrive(parts: parts, id: id).drive()
      } catch is CancellationError {
        break
      } catch {
        logger.error(
          "an import cannot be recorded; trying again",
          metadata: ["import": "\(id)", "error": "\(error)"])
        // Canceled while it sleeps: then the loop ends.
        try? await Task.sleep(for: .seconds(2))
      }
    }
    logger.info("left for the next server", metadata: ["import": "\(id)"])
  }

  /// Accepts an import; once this returns it will run, whatever is killed.
  func start(_ request: DatasetImportRequestWire, project: String) async throws -> DatasetImportWire
  {
    let wanted = DatasetImport(
      project: project,
      wish: DatasetImport.Wish(
        name: try SafeName(request.name, of: "dataset").rawValue, source: request.source,
        baseFolder: request.baseFolder, target: request.target, exclude: request.exclude ?? [],
        dataClass: try request.dataClass.map { try DataClass(word: $0) }),
      createdAtMs: systemTimeMs())
    try await store.create(wanted)
    acceptance.yield(wanted.id)
    return DatasetImportWire(wanted, version: nil)
  }

  /// How far an import is.
  func state(_ id: Identifier<DatasetImport>) async throws -> DatasetImportWire {
    let found = try await store.find(id)
    var version: DatasetVersion?
    if let made = found.version {
      version = try await DatasetStore(ledger: parts.ledger)
        .resolve("\(found.wish.name)@\(made)", in: found.project)
    }
    return DatasetImportWire(found, version: version)
  }
}

extension DatasetImportWire {
  /// The wire form of an import.
  init(_ wanted: DatasetImport, version: DatasetVersion?) {
    self.init(
      id: wanted.id.rawValue, status: wanted.state.rawValue, message: wanted.message,
      job: wanted.stage.flatMap { wanted.jobs[$0] },
      version: version.map { DatasetVersionWire($0) },
      error: wanted.failure.map {
        ErrorWire.Body(code: $0.code, message: $0.message, hint: $0.hint)
      })
  }
}
