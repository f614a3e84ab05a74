import CMultiprocessing
import Glibc

extension ChildSettings {
    /// Changes the calling process, which has one thread and has not begun yet.
    ///
    /// What needs privileges comes last, because it may give them up.
    func apply() throws(SystemError) {
        if !isInspectable { try forbidInspection() }
        try applyGroup()
        for limit in limits {
            try check(mp_set_limit(limit.resource, limit.soft, limit.hard), "setrlimit(\(limit.resource))")
        }
        if let niceness { try check(setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness), "setpriority") }
        if let processors {
            try check(unsafe mp_set_processors(processors, processors.count), "sched_setaffinity")
        }
        if let workingDirectory {
            try check(unsafe chdir(workingDirectory), "chdir(\(workingDirectory))")
        }
        if let environment { Self.replaceEnvironment(environment) }
        if let supplementaryGroups {
            try check(unsafe mp_set_groups(supplementaryGroups, supplementaryGroups.count), "setgroups")
        }
        if let groupID { try check(setgid(groupID), "setgid(\(groupID))") }
        if let userID { try check(setuid(userID), "setuid(\(userID))") }
    }

    /// Whoever is attached already stays so, which would make the rest a lie.
    private func forbidInspection() throws(SystemError) {
        try check(mp_forbid_inspection(), "prctl(PR_SET_DUMPABLE)")
        let status = TextFile.read("/proc/self/status")?.split(separator: "\n") ?? []
        guard let tracer = status.first(where: { $0.hasPrefix("TracerPid:") }) else { return }
        if tracer.split(separator: "\t").last != "0" {
            throw SystemError(code: EPERM, call: "start under a debugger")
        }
    }

    private func applyGroup() throws(SystemError) {
        switch group {
        case .inherited: break
        case .own: try check(setpgid(0, 0), "setpgid")
        case .ownSession: try check(setsid(), "setsid")
        case .joined(let id): try check(setpgid(0, id), "setpgid(\(id))")
        }
    }

    private func check(_ result: Int32, _ call: String) throws(SystemError) {
        if result == -1 { throw .last(call) }
    }

    private static func replaceEnvironment(_ variables: [String]) {
        mp_clear_environment()
        for variable in variables {
            // Kept by the environment from now on, as long as the process lives.
            unsafe putenv(strdup(variable))
        }
    }
}
