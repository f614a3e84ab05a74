import CMultiprocessing
import Glibc

/// The call of `posix_spawn` and everything that is handed to it.
enum SpawnCall {
    /// Starts the file that this process runs, whatever lies at its path by now.
    ///
    /// The child gets the channel, /dev/null as its standard input, this process's standard output and error, and
    /// no other descriptor. Its signal mask is empty.
    static func run(channel: Int32) -> (pid: Int32, error: Int32) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for stream in [STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
            // A closed stream's number would go to the next file that the child opens.
            unsafe posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
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
        var environment = unsafe variables(channel: ChildEntry.channelDescriptor)
        defer {
            while let argument = unsafe arguments.popLast() { unsafe free(argument) }
            // The others belong to the process.
            unsafe free(environment[0])
        }
        var pid: pid_t = 0
        let error = unsafe posix_spawn(
            &pid, "/proc/self/exe", &actions, &attributes, &arguments, &environment)
        return (pid, error)
    }

    /// This process's environment with the mark in front.
    private static func variables(channel: Int32) -> [UnsafeMutablePointer<CChar>?] {
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("\(MP_CHILD_MARK)=\(channel)")]
        var next = unsafe environ
        while let variable = unsafe next.pointee {
            unsafe variables.append(variable)
            unsafe next = unsafe next.successor()
        }
        return unsafe variables + [nil]
    }
}
