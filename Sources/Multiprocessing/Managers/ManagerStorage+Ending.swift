import MultiprocessingCore
import Synchronization

extension ManagerStorage {
    nonisolated(nonsending) func shutdown(_ timeout: Duration) async {
        let (started, mustWait) = state.withLock { state -> ((ChildProcess, ManagerPeer)?, Bool) in
            switch state {
            case .started(let child, let peer, _):
                state = .ended(child)
                return ((child, peer), true)
            case .ended: return (nil, true)
            case .initial, .starting, .failed: return (nil, false)
            }
        }
        if let (child, peer) = started {
            // Not a part of the task, whose cancelling must not leave a process behind.
            Task.detached { [finished] in
                ProcessLogger.info("sending shutdown message to manager")
                let asking = Task { try await peer.request(.shutdown).checkNothing() }
                await Self.end(child, within: timeout)
                asking.cancel()
                peer.fail(.managerGone)
                finished.close(())
            }
        }
        if mustWait { await finish() }
    }

    private func finish() async {
        await Task.detached { [finished] in _ = try? await finished.wait() }.value
    }

    /// Waits for the end of the process, and insists on it.
    static func end(_ child: ChildProcess, within timeout: Duration) async {
        if await hasEnded(child, within: timeout) { return }
        try? child.terminate()
        if await hasEnded(child, within: .seconds(1)) { return }
        try? child.kill()
        _ = await hasEnded(child, within: nil)
    }

    private static func hasEnded(_ child: ChildProcess, within timeout: Duration?) async -> Bool {
        await Task.detached { (try? await child.join(timeout: timeout)) != nil }.value
    }

    /// Nobody has the handle any more: the manager's process finds the end of its channel, and ends.
    func drop() {
        guard case .started(_, let peer, _) = state.withLock(\.self) else { return }
        StandardError.write("a manager was dropped without shutdown(), so it ends\n")
        peer.fail(.managerGone)
    }
}
