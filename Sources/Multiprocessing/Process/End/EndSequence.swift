import MultiprocessingCore

/// What happens when a process ends by itself, in this order: finalizers, daemons, other children, late finalizers.
enum EndSequence {
    static func run() {
        Finalizer.runAll(from: 0)
        // What this process printed is not to wait for its children.
        ThisProcess.flushOutput()
        ChildRegistry.endAll()
        Finalizer.runAll(from: Int.min)
        SharedMemory.processEnds()
    }
}
