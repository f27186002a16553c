internal import Basics
internal import CLinux
internal import Compute
internal import Engines
internal import Foundation
internal import JobProtocol
internal import Subprocess

/// Looks at everything that workflows need, without changing anything but the home's folder.
struct Examination {
  let home: FactoryHome

  func report() async -> ExaminationReport {
    var checks = [program(), agent(), folder(), disk(), server()]
    checks += PinnedEngine.all.map(engine)
    checks.append(await installer())
    checks += [memoryLimits(), accelerators(), await isolation()]
    return ExaminationReport(checks: checks)
  }

  private func program() -> ExaminationReport.Check {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let memory = ByteCount(bytes: Int64(clamping: ProcessInfo.processInfo.physicalMemory))
    return .init(
      "program", .ok,
      "aifactory \(FactoryVersion.current), \(PinnedEngine.processor), \(cores) cores, "
        + "\(memory) of memory")
  }

  private func agent() -> ExaminationReport.Check {
    let beside = FileTree.folder(of: ProgramFile.path) + "/aifactory-agent"
    let path = ProcessInfo.processInfo.environment["AIFACTORY_AGENT"] ?? beside
    guard access(path, X_OK) == 0 else {
      return .init(
        "agent", .missing, "\(path) is not there, so jobs cannot run",
        hint: "build it (swift build --product aifactory-agent) beside this program, "
          + "or name it in AIFACTORY_AGENT")
    }
    return .init("agent", .ok, path)
  }

  private func folder() -> ExaminationReport.Check {
    do {
      try home.prepare()
      let probe = home.temporaryPath + "/doctor-\(getpid())"
      try FileTree.write([1], to: probe)
      try FileTree.remove(probe)
    } catch {
      return .init(
        "home", .missing, "\(error)",
        hint: "choose a folder that you may write to, with --home or AIFACTORY_HOME")
    }
    if let kind = NetworkDisk.kind(of: home.path) {
      return .init(
        "home", .warning, "\(home.path) is on a network disk (\(kind))",
        hint: "the ledger is safe and fast on a local disk: choose one with --home")
    }
    return .init("home", .ok, home.path)
  }

  private func disk() -> ExaminationReport.Check {
    var status = statvfs()
    guard statvfs(home.path, &status) == 0 else {
      return .init("disk", .warning, "the free space of \(home.path) cannot be read")
    }
    let free = ByteCount(bytes: Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize)))
    guard free.bytes >= 2 << 30 else {
      return .init(
        "disk", .warning, "\(free) free", hint: "a workflow may need some gigabytes: free some")
    }
    return .init("disk", .ok, "\(free) free")
  }

  private func server() -> ExaminationReport.Check {
    // A file that cannot be read is as good as none here: the lock tells the truth.
    guard let file = try? ServerFile.running(home) else {
      return .init("server", .ok, "not running; verbs that need it start it")
    }
    return .init("server", .ok, "\(file.url), gateway \(file.gateway), pid \(file.pid)")
  }

  private func engine(_ engine: PinnedEngine) -> ExaminationReport.Check {
    let name = "engine \(engine.name)"
    do {
      let path = try home.engines.library(engine)
      return .init(name, .ok, "\(engine.version), \(path)")
    } catch {
      return .init(name, .missing, "\(error.message): it \(engine.purpose)", hint: error.hint)
    }
  }

  private func installer() async -> ExaminationReport.Check {
    let isComplete = PinnedEngine.all.allSatisfy(home.engines.isInstalled)
    do {
      return .init("pip", .ok, try await EngineInstaller.describePip())
    } catch {
      let told = ToldError(error)
      return .init(
        "pip", isComplete ? .ok : .warning,
        isComplete ? "not found, and not needed: the engines are installed" : told.message,
        hint: isComplete ? nil : told.hint)
    }
  }

  /// What keeps a job to its accelerators is a variable, which its programs could pass over.
  private func accelerators() -> ExaminationReport.Check {
    let found = SiteCapacity.acceleratorsOfThisMachine()
    guard let first = found.first else {
      return .init("accelerators", .ok, "none that a driver of NVIDIA's or AMD's tells of")
    }
    let variable = first.maker == .amd ? "ROCR_VISIBLE_DEVICES" : "CUDA_VISIBLE_DEVICES"
    return .init(
      "accelerators", .ok,
      "\(found.count), \(first.model ?? first.maker.rawValue); a job is told of its own by "
        + "\(variable), and not kept from the others by force")
  }

  /// Tries the fence of `jobs submit --isolated`: a program that is there may not be allowed to make one.
  private func isolation() async -> ExaminationReport.Check {
    let words = [
      "--unshare-pid", "--unshare-net", "--dev-bind", "/", "/", "--proc", "/proc", "true",
    ]
    do {
      let result = try await Subprocess.run(
        .name("bwrap"), arguments: Arguments(words), output: .discarded,
        error: .string(limit: 4_096))
      if result.terminationStatus.isSuccess {
        return .init("isolation", .ok, "by bubblewrap, for jobs with --isolated or --no-network")
      }
      let said = result.standardError.split(separator: "\n").last.map(String.init) ?? ""
      return .init(
        "isolation", .warning, "bubblewrap cannot keep jobs apart here: \(said)",
        hint: "jobs with --isolated fail on this machine; the others are not kept apart")
    } catch {
      return .init(
        "isolation", .ok,
        "none: there is no bubblewrap (bwrap), so jobs with --isolated fail on this machine")
    }
  }

  /// Tries what an agent does: a group of its own in that of this process, or beside it.
  private func memoryLimits() -> ExaminationReport.Check {
    for candidate in MemoryGroups.folders() {
      let path = "\(candidate.folder)/aifactory-doctor-\(getpid())"
      guard mkdir(path, 0o700) == 0 else { continue }
      defer { rmdir(path) }
      let file = candidate.method == .cgroupV1 ? "/memory.limit_in_bytes" : "/memory.max"
      guard access(path + file, W_OK) == 0, access(path + "/cgroup.procs", W_OK) == 0 else {
        continue
      }
      return .init("memory limits", .ok, "by control groups (\(candidate.method.rawValue))")
    }
    return .init(
      "memory limits", .ok,
      "by sampling ten times a second and more (no control group can be made from here)")
  }
}
