import Glibc

/// The folder in which shared memory has its names.
package struct SegmentFolder: Sendable {
    /// The machine's; the kernel keeps what is in it in memory.
    package static let shared = SegmentFolder("/dev/shm")

    private let path: String

    package init(_ path: String) {
        self.path = path
    }

    private func place(of name: SegmentName) -> String { "\(path)/\(name.file)" }

    /// Makes memory of `count` bytes, all zero, that belongs to this process.
    ///
    /// - Parameters:
    ///   - count: at least one.
    ///   - names: gives the name to use, and others for as long as those are taken; nil gives up.
    ///   - prepare: writes the first content, before anyone else can see it. If it throws, there is no memory.
    /// - Returns: the memory by its name, and its bytes.
    /// - Throws: what `prepare` throws, and `SegmentError`.
    package func create(
        count: Int, names: () -> SegmentName?, prepare: (SharedMapping) throws -> Void = { _ in }
    ) throws -> (segment: NamedSegment, memory: SharedMapping) {
        // Looked for first, because making something large only to find out that its name is taken is a waste.
        guard var name = nextFree(names) else { throw SegmentError.taken }
        let file = try SegmentFile(in: path, count: count)
        let memory = try file.map()
        try prepare(memory)
        while try !file.link(to: place(of: name)) {
            guard let next = nextFree(names) else { throw SegmentError.taken }
            name = next
        }
        return (NamedSegment(file.page, name: name, path: place(of: name)), memory)
    }

    private func nextFree(_ names: () -> SegmentName?) -> SegmentName? {
        var status = stat()
        while let name = names() {
            if unsafe lstat(place(of: name), &status) != 0 { return name }
        }
        return nil
    }

    /// Finds memory that somebody made.
    package func open(
        _ name: SegmentName
    ) throws(SegmentError) -> (segment: NamedSegment, memory: SharedMapping) {
        let file = try SegmentFile(opening: place(of: name))
        return (NamedSegment(file.page, name: name, path: place(of: name)), try file.map())
    }

    /// Removes a name, whatever is behind it.
    package func remove(_ name: SegmentName) throws(SegmentError) {
        if let found = try? open(name) { return try found.segment.unlink() }
        guard unsafe Glibc.unlink(place(of: name)) == 0 else {
            throw errno == ENOENT ? .notFound : .system(.last("unlink"))
        }
    }

    /// The names in the folder that are marked as ours, in order; none where it cannot be read.
    package func names() -> [SegmentName] {
        guard let folder = Folder(path) else { return [] }
        return folder.names().compactMap(SegmentName.init(file:)).sorted { $0.text < $1.text }
    }

    /// What has become of a name and of the process that is to remove it.
    package func life(of name: SegmentName) -> SegmentLife {
        do throws(SegmentError) {
            return try SegmentFile(opening: place(of: name)).page.life
        } catch .notFound {
            return .absent
        } catch {
            return .foreign
        }
    }

    /// Removes the names whose owners have ended without doing it.
    ///
    /// Several processes may do this at the same time: each name is removed by one of them, and if that is killed
    /// meanwhile, by the next one to come.
    ///
    /// - Parameter known: names of which it is known that their owners live, so that nobody needs to look.
    /// - Returns: the names that this call removed.
    @discardableResult
    package func removeAbandoned(besides known: Set<SegmentName> = []) -> [SegmentName] {
        names().filter { name in
            if known.contains(name) { return false }
            let path = place(of: name)
            // Other users' files, and those that somebody else removes meanwhile, are not for us to speak of.
            guard let page = try? SegmentFile(opening: path).page, case .abandoned = page.life else {
                return false
            }
            let removed = try? page.remove(path) { $0.process?.life == .ended }
            return removed ?? false
        }
    }
}
