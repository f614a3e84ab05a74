import Glibc
import Synchronization

// What the server tells of its children's ends, and what is done without it.
extension ForkServer {
    func takeReports() {
        while true {
            do {
                let report = try reports.receive(ForkServerRole.Report.self, isWaiting: false).content
                let isSettled = state.withLock { state in
                    state.entries[report.id]?.end = report.end
                    return state.entries[report.id]?.child != nil
                }
                if isSettled { finish(report.id, report.end) }
            } catch {
                if error.code != EAGAIN { lostServer() }
                return
            }
        }
    }

    /// Whoever has this server in use gives it up, because it is gone.
    ///
    /// The poller may not have noticed yet, and its watch does not keep this object: what the server still
    /// reported is taken in, and its children's ends are noticed all the same.
    func retire() {
        Poller.shared.schedule(at: .now) { [self] in
            takeReports()
            lostServer()
        }
    }

    /// The server is gone: from now on each of its children is watched by itself.
    private func lostServer() {
        let watch = state.withLock { state in
            state.isAlive = false
            return state.watch.take()
        }
        if let watch { Poller.shared.unwatch(watch) }
        watchOrphans()
    }

    func watchOrphans() {
        let orphans = state.withLock { state in
            var orphans: [(UInt64, LaunchedChild)] = []
            for (id, entry) in state.entries where entry.end == nil && !entry.isOrphan {
                guard let child = entry.child else { continue }
                state.entries[id]?.isOrphan = true
                orphans.append((id, child))
            }
            return orphans
        }
        for (id, child) in orphans { watchOrphan(id, child) }
    }

    private func watchOrphan(_ id: UInt64, _ child: LaunchedChild) {
        do {
            try OnceWatch.begin(child.process.descriptor.raw) { [self] in
                finishOrphan(id, child, attempt: 0)
                return true
            }
        } catch {
            finish(id, .unknown)
        }
    }

    /// The status is told by the kernel once whoever inherited the child has reaped it, which takes a moment.
    private func finishOrphan(_ id: UInt64, _ child: LaunchedChild, attempt: Int) {
        let status = child.process.statusAfterReaping
        if status == .unknown, attempt < 50 {
            Poller.shared.schedule(at: .after(.milliseconds(2))) { [self] in
                finishOrphan(id, child, attempt: attempt + 1)
            }
        } else {
            finish(id, ProcessEnd(status))
        }
    }
}
