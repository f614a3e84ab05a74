/// Reaps our own children: each exactly once, at once, and by its descriptor, whether anyone waits or not.
package enum Reaper {
    /// Calls `onExit` on the poller's thread when the child has ended and was reaped.
    package static func watch(
        _ child: ProcessHandle, onExit: @escaping @Sendable (ProcessEnd) -> Void
    ) throws(SystemError) {
        try OnceWatch.begin(child.descriptor.raw) {
            let end: ProcessEnd
            do {
                // Woken without an end: there is a later time.
                guard let found = try child.reap() else { return false }
                end = found
            } catch {
                // Somebody else has reaped our child, against the rules: it is gone all the same.
                end = .unknown
            }
            onExit(end)
            return true
        }
    }
}
