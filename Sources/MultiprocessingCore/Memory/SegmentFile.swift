import CMultiprocessing
import Glibc

/// The file behind a name of shared memory: its bytes, and behind them a page that says what they are.
///
/// The page comes last so that the bytes begin where other programs, in whatever language, look for them. The file has
/// all its bytes and the page before it gets its name, so nobody ever sees one that is half made.
struct SegmentFile: ~Copyable, Sendable {
    let descriptor: Descriptor
    let page: SegmentPage

    /// Makes a file that has no name yet, and that belongs to this process.
    init(in folder: String, count: Int) throws(SegmentError) {
        let raw = unsafe mp_unnamed_file(folder)
        guard raw >= 0 else { throw .system(.last("open(O_TMPFILE)")) }
        let file = Descriptor(adopting: raw)
        do {
            try MemoryReserve.fill(file, count: SegmentPage.offset(behind: count) + SegmentPage.size)
        } catch {
            throw .system(error)
        }
        page = try SegmentPage(writing: count, to: file)
        descriptor = file
    }

    /// Opens a file that has a name, and looks whether it is one of ours.
    init(opening path: String) throws(SegmentError) {
        // Does not wait for the other end of a pipe that somebody put there.
        let raw = unsafe open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else {
            switch errno {
            case ENOENT: throw .notFound
            case ELOOP: throw .foreign("it is a symbolic link")
            case EISDIR, ENXIO: throw .foreign("it is no regular file")
            default: throw .system(.last("open"))
            }
        }
        let file = Descriptor(adopting: raw)
        page = try SegmentPage(reading: file)
        descriptor = file
    }

    /// Maps the bytes that were asked for.
    func map() throws(SegmentError) -> SharedMapping {
        do {
            return try SharedMapping(descriptor, offset: 0, count: page.count)
        } catch {
            throw .system(error)
        }
    }

    /// Gives the file its name; false when another file has it.
    func link(to path: String) throws(SegmentError) -> Bool {
        if unsafe mp_name_file(descriptor.raw, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw .system(.last("linkat"))
    }
}
