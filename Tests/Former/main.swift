// What a server of an earlier version writes for agents and reads of them, compiled with its own sources:
//
//   FormerServer instruct FILE WORK-FOLDER COMMAND...    writes an instruction
//   FormerServer read JOURNAL                            prints the records, and a last line about the rest
import Glibc
import JobProtocol

let words = CommandLine.arguments
switch words.count > 2 ? words[1] : "" {
case "instruct":
  let instruction = AttemptSpec(
    job: "job_1", attempt: 1, marker: "former",
    spec: JobSpec(name: "former", command: Array(words[4...])), workFolder: words[3],
    checkpointFolder: words[3])
  let bytes = instruction.encoded()
  let file = open(words[2], O_WRONLY | O_CREAT | O_EXCL, 0o600)
  guard bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count else {
    exit(1)
  }
case "read":
  var reader = JournalReader(path: words[2])
  while case let records = reader.next(), !records.isEmpty {
    for record in records { print(record.event) }
  }
  print(reader.isDamaged ? "damaged" : "whole")
default: exit(2)
}
