extension ProcessPool {
    /// Where the standard output and error of workers go.
    public enum WorkerOutput: Sendable, Hashable {
        /// Where the start options say, which is where those of this process go unless they say otherwise.
        case inherited
        /// To those of this process, line by line, each with the worker's name in front: `[PoolWorker-3] …`.
        ///
        /// Lines of several workers do not mix. They come through this process, so what a worker has printed may
        /// be lost when this process is killed.
        case tagged
    }
}
