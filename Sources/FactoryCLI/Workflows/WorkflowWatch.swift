internal import API
internal import Dispatch
internal import Foundation

/// Follows a workflow run to its end, telling how far it is.
struct WorkflowWatch {
  let output: Output
  /// Finds the server again, or starts one, when it went away.
  let connect: () async throws -> FactoryClient

  func follow(_ run: WorkflowRunWire, client: FactoryClient) async throws -> WorkflowRunWire {
    let interrupts = interruptHandler(run.workflowRun)
    defer { interrupts.cancel() }
    var progress = WorkflowProgress(terminal: output.terminal, isShown: output.mode == .table)
    var client = client
    var run = run
    var failures = 0
    while true {
      output.write(progress.update(run))
      if run.isFinal { return run }
      try await Task.sleep(for: .milliseconds(output.terminal.isInteractive ? 200 : 100))
      do {
        run = try await client.get("/api/v1/workflow-runs/\(run.workflowRun)")
        failures = 0
      } catch let error as APIError where error.status == nil || (error.status ?? 0) >= 500 {
        failures += 1
        // The run itself goes on without the server, or is picked up by the next one.
        guard failures <= 30 else { throw error }
        try await Task.sleep(for: .seconds(1))
        do {
          client = try await connect()
        } catch let error as APIError where failures < 30 {
          output.note("The server is away: \(error.message)")
        }
      }
    }
  }

  /// Ctrl-C ends the watching, not the run.
  private func interruptHandler(_ id: String) -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      Output.writeError(
        """

        The run goes on without this command.
        Watch it:  aifactory workflows show \(id)
        End it:    aifactory workflows cancel \(id)

        """)
      exit(ExitStatus.factoryFailed.rawValue)
    }
    source.resume()
    return source
  }
}
