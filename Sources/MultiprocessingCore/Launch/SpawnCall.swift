import CMultiprocessing
import Glibc

/// The call of `posix_spawn` and everything that is handed to it.
enum SpawnCall {
    /// Starts the file that this process runs, whatever lies at its path by now.
    ///
    /// The child gets the channel, its standard streams, and no other descriptor. Its signal mask is empty. Unless it
    /// is inspectable, it closes itself to others as the first thing it does. One that makes copies of itself keeps its
    /// first thread for that.
    static func run(
        channel: Int32, streams: StandardStreams, isInspectable: Bool, makesCopies: Bool
    ) throws(SystemError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (stream, source) in streams.sources {
            if let source {
                unsafe posix_spawn_file_actions_adddup2(&actions, source, stream)
            } else {
                // A closed stream's number would go to the next file that the child opens.
                let mode = stream == STDIN_FILENO ? O_RDONLY : O_WRONLY
                unsafe posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", mode, 0)
            }
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, channel, ChildEntry.channelDescriptor)
        unsafe mp_spawn_close_from(&actions, ChildEntry.channelDescriptor + 1)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var arguments = unsafe CommandLine.arguments.map { unsafe strdup($0) } + [nil]
        let words = (isInspectable ? "" : MP_CLOSED_WORD) + (makesCopies ? MP_COPYING_WORD : "")
        var environment = unsafe variables(mark: "\(ChildEntry.channelDescriptor)\(words)")
        defer {
            while let argument = unsafe arguments.popLast() { unsafe free(argument) }
            // The others belong to the process.
            unsafe free(environment[0])
        }
        var pid: pid_t = 0
        let error = unsafe posix_spawn(
            &pid, "/proc/self/exe", &actions, &attributes, &arguments, &environment)
        guard error == 0 else { throw SystemError(code: error, call: "posix_spawn") }
        return pid
    }

    /// This process's environment with the mark in front.
    private static func variables(mark: String) -> [UnsafeMutablePointer<CChar>?] {
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("\(MP_CHILD_MARK)=\(mark)")]
        var next = unsafe mp_environment()
        while let place = unsafe next, let variable = unsafe place.pointee {
            unsafe variables.append(variable)
            unsafe next = unsafe place.successor()
        }
        return unsafe variables + [nil]
    }
}
