import API
public import Basics
import Foundation
import Hummingbird

/// The route of backups.
extension FactoryRoutes {
  /// Adds `POST /api/v1/backups`, which answers when the backup is complete and on disk.
  public func addBackupRoutes(_ home: FactoryHome) {
    route(
      .post, "/api/v1/backups", permission: .write,
      .api(
        "Writes a backup; answers when it is complete and on disk.", body: BackupRequestWire.self,
        answer: .json(BackupWire.self, .created))
    ) { request, _ in
      let body = try await request.wire(BackupRequestWire.self)
      guard body.path.hasPrefix("/") else {
        throw ServerError(
          .badRequest, "'path' is \(visible(body.path)); expected an absolute path.")
      }
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      do {
        let manifest = try await offTask {
          try HomeBackup(home).write(to: body.path, program: FactoryVersion.current, nowMs: now)
            .manifest
        }
        return try WireResponse(BackupWire(path: body.path, manifest), status: .created)
      } catch let error as BasicsError where error.code == .fileUnwritable {
        // The path is the caller's: a file that is there already is no failure of ours.
        throw ServerError(.badRequest, error.message, hint: error.hint)
      }
    }
  }
}
