import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

/// A folder of memory that a test has for itself.
private final class PrivateFolder {
    let path = "/dev/shm/mp-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    var folder: SegmentFolder { SegmentFolder(path) }

    init() { mkdir(path, 0o700) }
    deinit {
        for name in files { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var files: [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = Survey.name(of: entry)
            if !name.hasPrefix(".") { found.append(name) }
        }
        return found.sorted()
    }

    func make(_ name: String, count: Int = 100) throws -> NamedSegment {
        var names = [try #require(SegmentName(name))]
        return try folder.create(count: count) { names.popLast() }.segment
    }

    /// Makes memory as if a process had made it that has ended meanwhile.
    func makeAbandoned(_ name: String, isBeingRemoved: Bool = false) throws {
        _ = try make(name)
        try page(name) { page in
            let stranger = try #require(Self.ended)
            let removing = SegmentOwner.State.removing(stranger).word
            page.value = isBeingRemoved ? removing : stranger.raw
        }
    }

    func page(_ name: String, _ body: (SharedLongWord) throws -> Void) throws {
        let raw = open("\(path)/swiftmp-\(name)", O_RDWR | O_CLOEXEC)
        try #require(raw >= 0)
        let file = Descriptor(adopting: raw)
        try body(SharedLongWord(SharedMapping(file, offset: 4096, count: 4096), at: 64))
    }

    /// The stamp of a process that has ended: this one's number with another time.
    static let ended: ProcessStamp? = ProcessStamp(raw: UInt64(getpid()) | 1 << 24)
}

@Suite struct SegmentTests {
    private let place = PrivateFolder()

    private func life(_ name: String) throws -> SegmentLife {
        place.folder.life(of: try #require(SegmentName(name)))
    }

    @Test("SHM-01: names with a zero byte, a slash or too many bytes are none")
    func names() {
        #expect(SegmentName("a\0b") == nil)
        #expect(SegmentName("a/b") == nil)
        #expect(SegmentName("") == nil)
        #expect(SegmentName(String(repeating: "x", count: 247)) != nil)
        #expect(SegmentName(String(repeating: "x", count: 248)) == nil)
        #expect(SegmentName(file: "other") == nil)
        #expect(SegmentName.random() != .random())
        #expect(SegmentName.random().text.count == 32)
    }

    @Test("SHM-06: if a generated name is taken another one is tried, before and after the content is made")
    func taken() throws {
        let first = try place.make("a")
        var names = ["c", "b", "a"].compactMap { SegmentName($0) }
        let second = try place.folder.create(count: 1) {
            names.popLast()
        } prepare: { _ in
            _ = try place.make("b")
        }
        #expect(second.segment.name.text == "c")
        #expect(throws: SegmentError.taken) { try place.make("a") }
        withExtendedLifetime(first) {}
    }

    @Test("S11: memory belongs to its user alone, whatever the process takes from new files")
    func mode() throws {
        let old = umask(0o777)
        defer { umask(old) }
        _ = try place.make("a")
        var status = stat()
        try #require(lstat("\(place.path)/swiftmp-a", &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test("S11: links, folders, pipes and other files in its place are refused, and left alone")
    func planted() throws {
        let path = place.path
        let target = "\(path)/target"
        close(creat(target, 0o600))
        symlink(target, "\(path)/swiftmp-link")
        mkdir("\(path)/swiftmp-folder", 0o700)
        defer { rmdir("\(path)/swiftmp-folder") }
        mkfifo("\(path)/swiftmp-pipe", 0o600)
        close(creat("\(path)/swiftmp-empty", 0o600))
        let large = creat("\(path)/swiftmp-large", 0o600)
        ftruncate(large, 8192)
        close(large)
        for name in ["link", "folder", "pipe", "empty", "large"] {
            #expect(try life(name) == .foreign)
            #expect(throws: SegmentError.self) { try place.folder.open(try #require(SegmentName(name))) }
            #expect(throws: SegmentError.taken) { try place.make(name) }
        }
        #expect(place.folder.removeAbandoned() == [])
        #expect(place.files.count == 6)
    }

    @Test("SHM-22: if the content cannot be made there is no name, and nothing is left")
    func failedContent() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try place.folder.create(count: 1) {
                SegmentName("a")
            } prepare: { _ in
                #expect(place.files == [])
                throw Failure()
            }
        }
        #expect(place.files == [])
    }

    @Test("SHM-20: only the owner's end removes the name")
    func ownership() throws {
        let owner = try place.make("a")
        let user = try place.folder.open(owner.name).segment
        #expect(owner.isOwned && user.isOwned, "it is the process that owns")
        #expect(owner.giveUpOwnership())
        #expect(!owner.giveUpOwnership())
        #expect(try !owner.unlinkIfOwned())
        #expect(try life("a") == .unowned)
        try user.takeOwnership()
        #expect(try life("a") == .owned(getpid()))
        #expect(try user.unlinkIfOwned())
        #expect(try life("a") == .absent)
        #expect(throws: SegmentError.notFound) { try owner.takeOwnership() }
        #expect(throws: SegmentError.notFound) { try owner.unlink() }
    }

    @Test("a name that went to other memory is not removed for the first one")
    func otherMemory() throws {
        let first = try place.make("a")
        unlink("\(place.path)/swiftmp-a")
        let second = try place.make("a")
        #expect(try !first.unlinkIfOwned())
        #expect(try life("a") == .owned(getpid()))
        try second.unlink()
    }

    @Test("DOC-10: what has become of a name has distinct answers")
    func lives() throws {
        let stranger = try #require(PrivateFolder.ended)
        #expect(try life("a") == .absent)
        _ = try place.make("a")
        #expect(try life("a") == .owned(getpid()))
        try place.page("a") { $0.value = SegmentOwner.State.removing(.current).word }
        #expect(try life("a") == .beingRemoved(getpid()))
        try place.page("a") { $0.value = 0 }
        #expect(try life("a") == .unowned)
        try place.page("a") { $0.value = stranger.raw }
        #expect(try life("a") == .abandoned(getpid()))
    }

    @Test("DOC-02 DOC-03 DOC-15: of 3 dead and 4 living owners exactly the dead ones' names go, and once")
    func abandoned() throws {
        for name in ["d1", "d2", "d3"] { try place.makeAbandoned(name) }
        for name in ["l1", "l2", "l3", "l4"] { _ = try place.make(name) }
        #expect(place.folder.removeAbandoned().map(\.text) == ["d1", "d2", "d3"])
        #expect(place.folder.removeAbandoned() == [])
        #expect(place.files == ["swiftmp-l1", "swiftmp-l2", "swiftmp-l3", "swiftmp-l4"])
    }

    @Test("DOC-12: a name that a process was removing when it ended is removed by the next one")
    func deadCleaner() throws {
        try place.makeAbandoned("a", isBeingRemoved: true)
        #expect(place.folder.removeAbandoned().map(\.text) == ["a"])
        try place.makeAbandoned("b", isBeingRemoved: true)
        try place.folder.open(#require(SegmentName("b"))).segment.unlink()
        #expect(place.files == [])
    }

    @Test("a name that somebody who lives is removing is left to that")
    func livingCleaner() throws {
        let segment = try place.make("a")
        try place.page("a") { $0.value = SegmentOwner.State.removing(.current).word }
        #expect(place.folder.removeAbandoned() == [])
        #expect(throws: SegmentError.notFound) { try segment.unlink() }
        #expect(place.files == ["swiftmp-a"])
    }

    @Test("DOC-08: a name with something damaged behind it can be removed")
    func damaged() throws {
        _ = try place.make("a")
        truncate("\(place.path)/swiftmp-a", 100)
        #expect(try life("a") == .foreign)
        try place.folder.remove(#require(SegmentName("a")))
        #expect(place.files == [])
        #expect(throws: SegmentError.notFound) { try place.folder.remove(#require(SegmentName("a"))) }
    }
}
