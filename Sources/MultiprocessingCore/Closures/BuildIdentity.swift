/// Which build of which program a process runs; parent and child compare it before anything else.
///
/// Code crosses between them as offsets into the executable, which mean something else in every other build.
/// Shared objects are not part of it: they may be loaded later, and each reference into one says which build
/// it means.
package struct BuildIdentity: BitwiseCopyable, Hashable, Sendable {
    private let executable: UInt64

    /// The identity of the program that runs here.
    package static let current = BuildIdentity(
        // The loader always lists the executable, first.
        executable: ImageTable.current.images[0].identity)
}
