import Glibc

/// The numbers of the resources that a process can be limited in.
package enum LimitedResource {
    package static let openFiles = number(RLIMIT_NOFILE)
    package static let processorTime = number(RLIMIT_CPU)
    package static let addressSpace = number(RLIMIT_AS)
    package static let stackSize = number(RLIMIT_STACK)
    package static let coreFileSize = number(RLIMIT_CORE)
    package static let fileSize = number(RLIMIT_FSIZE)
    package static let processes = Int32(__RLIMIT_NPROC.rawValue)
    package static let lockedMemory = Int32(__RLIMIT_MEMLOCK.rawValue)

    private static func number(_ resource: __rlimit_resource) -> Int32 { Int32(resource.rawValue) }
}
