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
    var client = PatientClient(client, output: output, connect: connect)
    var run = run
    while true {
      output.write(progress.update(run))
      if run.isFinal { return run }
      try await Task.sleep(for: .milliseconds(output.terminal.isInteractive ? 200 : 100))
      run = try await client.get("/api/v1/workflow-runs/\(run.workflowRun)")
    }
  }

  /// Ctrl-C ends the watching, not the run; the shell sees a command that the signal has ended.
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
      Self.endAsInterrupted()
    }
    source.resume()
    return source
  }

  /// Ends this process by the signal itself: a script that ran it then ends too.
  private static func endAsInterrupted() {
    signal(SIGINT, SIG_DFL)
    // A thread of Dispatch, which holds signals back.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
    raise(SIGINT)
  }
}
