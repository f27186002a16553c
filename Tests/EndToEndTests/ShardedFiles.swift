import Foundation

/// Files with numbers, a script that makes a table of those that it is given, and a workflow that has it do so.
struct ShardedFiles {
  let factory: FactoryProgram

  /// Writes all of it.
  ///
  /// - Parameter seconds: how long a shard takes at least.
  init(_ factory: FactoryProgram, files: Int, seconds: Double = 0) throws {
    self.factory = factory
    for folder in ["raw", "code"] {
      try FileManager.default.createDirectory(
        atPath: factory.folder + "/" + folder, withIntermediateDirectories: true)
    }
    for number in 0..<files { try write(number, "\(number)\n\(number * number)\n") }
    try factory.write(
      "code/features.sh",
      """
      echo "$AIFACTORY_SHARD of $AIFACTORY_SHARDS" >> "\(factory.folder)/shards.log"
      sleep \(seconds)
      mkdir features
      echo "name,first,y" > features/sums.csv
      find "$AIFACTORY_DATASET_DIR" -type f | sort | while read -r file; do
        grep -q broken "$file" && { echo "no number in $file" >&2; exit 3; }
        awk -v name="$(basename "$file")" 'NR == 1 { first = $1 } { sum += $1 } END { print name "," first "," sum }' \\
          "$file" >> features/sums.csv
      done

      """)
  }

  /// Replaces a file.
  func write(_ number: Int, _ text: String) throws {
    try factory.write("raw/" + String(format: "%03d.txt", number), text)
  }

  /// Writes the workflow.
  func writeWorkflow(shards: Int, words: String = "") throws {
    try factory.write(
      "sums.yaml",
      """
      name: sums
      data:
        source: raw
        target: y
        prepare:
          command: sh features.sh
          outputs: features
          code: code
          shards: \(shards)
          \(words)

      """)
  }

  /// The shards that have begun, each as often as it has.
  var begun: [String] {
    // Before the first shard there is no file.
    let text = try? String(contentsOfFile: factory.folder + "/shards.log", encoding: .utf8)
    return (text ?? "").split(separator: "\n").map { String($0.prefix { $0 != " " }) }
  }

  /// Waits for the end of a workflow run.
  func end(of id: String, seconds: Double = 240) async throws -> [String: Any] {
    var run: [String: Any] = [:]
    try await factory.until(seconds, "the workflow run ends") {
      run = try factory("workflows", "show", id, "--output", "json").json
      return !["queued", "running"].contains(run["status"] as? String ?? "queued")
    }
    return run
  }
}
