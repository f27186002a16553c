import Basics
public import GRDB

extension LoggedModelStore {
  /// Notes on a model which registered version was made from it, in the tag that MLflow's clients
  /// and its page read.
  public static func note(
    version: Int, of name: String, madeFrom id: String, nowMs: Int64, in db: Database
  ) throws {
    let tag = "mlflow.modelVersions"
    let known = try model(id, in: db).tags[tag] ?? "[]"
    // What a client has written there instead gives way.
    var entries = (try? JSONValue(parsing: known))?.arrayValue ?? []
    let own = JSONValue.object([
      JSONMember("name", .string(name)), JSONMember("version", .number(Double(version))),
    ])
    if !entries.contains(own) { entries.append(own) }
    let text = entries.map { entry in
      let members = (entry.objectValue ?? []).map { member in
        let parts = [JSONValue.string(member.key), member.value].map {
          String(decoding: $0.encoded(), as: UTF8.self)
        }
        return parts.joined(separator: ": ")
      }
      return "{" + members.joined(separator: ", ") + "}"
    }
    // With blanks, as Python writes it: clients compare the text.
    try note(tags: [tag: "[" + text.joined(separator: ", ") + "]"], on: id, nowMs: nowMs, in: db)
  }
}
