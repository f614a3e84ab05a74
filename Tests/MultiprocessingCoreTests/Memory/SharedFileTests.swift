import Glibc
import Testing

@testable import MultiprocessingCore

@Suite struct SharedFileTests {
    /// A file as somebody else might send it: of the right size, but nobody is kept from changing that.
    private func foreignFile(_ count: Int) throws -> Descriptor {
        let path = "/tmp/mp-foreign-\(getpid())"
        let raw = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        unlink(path)
        try #require(raw >= 0 && ftruncate(raw, off_t(count)) == 0)
        return Descriptor(adopting: raw)
    }

    @Test("S10: a file has all its room, and neither shrinks nor grows nor is sealed further")
    func reserved() throws {
        let file = try SharedMapping.makeFile(named: "test", count: 1 << 20)
        var status = stat()
        try #require(fstat(file.raw, &status) == 0)
        #expect(status.st_size == 1 << 20)
        #expect(status.st_blocks * 512 >= 1 << 20, "the room is taken")
        #expect(ftruncate(file.raw, 0) == -1 && errno == EPERM)
        #expect(ftruncate(file.raw, 2 << 20) == -1 && errno == EPERM)
        try SharedMapping.check(file, holds: 1 << 20)
        try SharedMapping.check(file, holds: 1)
    }

    @Test("S10: more than the machine has is an error at once")
    func tooLarge() {
        #expect(throws: SystemError(code: ENOMEM, call: "posix_fallocate")) {
            _ = try SharedMapping.makeFile(named: "test", count: 1 << 50)
        }
        #expect(throws: SystemError.self) { _ = try SharedMapping.makeFile(named: "test", count: .max) }
        #expect(throws: SystemError.self) { _ = try SharedMapping.makeFile(named: "test", count: -1) }
    }

    @Test("SFD-04: a received file that is too small or could shrink is refused before it is mapped")
    func received() throws {
        let short = try SharedMapping.makeFile(named: "test", count: 4096)
        #expect(throws: ReceivedFileError.tooSmall(4096, announced: 4097)) {
            try SharedMapping.check(short, holds: 4097)
        }
        let unsealed = try foreignFile(8192)
        #expect(throws: ReceivedFileError.unsealed) { try SharedMapping.check(unsealed, holds: 4096) }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reader = Descriptor(adopting: ends[0])
        close(ends[1])
        #expect(throws: ReceivedFileError.notMemory) { try SharedMapping.check(reader, holds: 0) }
    }

    @Test func whatAMachineHasLeft() {
        #expect(
            MemoryReserve.machine("MemTotal: 9 kB\nMemAvailable:    100 kB\nSwapFree:  28 kB\n") == 128 << 10)
        #expect(MemoryReserve.machine("MemTotal: 9 kB\n") == nil)
        #expect(
            ControlGroup.reclaimable("anon 5\nactive_file 4\ninactive_file 2\nslab_reclaimable 1\nx") == 7)
    }
}
