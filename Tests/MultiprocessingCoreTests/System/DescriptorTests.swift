import Glibc
import Testing

@testable import MultiprocessingCore

@Suite struct DescriptorTests {
    private func isCloseOnExec(_ raw: Int32) -> Bool { fcntl(raw, F_GETFD) == FD_CLOEXEC }

    /// Whether both numbers stand for the same open file, as their shared offset shows.
    private func areSameFile(_ first: Int32, _ second: Int32) -> Bool {
        let offset = lseek(first, 0, SEEK_CUR) + 1
        return lseek(first, offset, SEEK_SET) == offset && lseek(second, 0, SEEK_CUR) == offset
    }

    @Test func aDuplicateIsTheSameFileAndCloseOnExec() throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        #expect(isCloseOnExec(file.raw))
        let copy = SharedDescriptor(try file.descriptor.duplicated())
        #expect(copy.raw != file.raw)
        #expect(isCloseOnExec(copy.raw))
        #expect(areSameFile(copy.raw, file.raw))
    }

    @Test func aPairIsJoinedAndCloseOnExec() throws {
        for packets in [false, true] {
            let (one, other) = try SocketPair.make(packets: packets)
            #expect(isCloseOnExec(one.raw) && isCloseOnExec(other.raw))
            #expect(write(one.raw, [UInt8](1...3), 3) == 3)
            #expect(write(one.raw, [UInt8](4...6), 3) == 3)
            var bytes = [UInt8](repeating: 0, count: 10)
            // Only packets keep their bounds.
            #expect(read(other.raw, &bytes, 10) == (packets ? 3 : 6))
            #expect(bytes.prefix(3) == [1, 2, 3])
        }
    }

    @Test func anEndThatEndsIsSeenByTheOther() throws {
        var pair = Optional(try SocketPair.make())
        let other = try #require(pair?.1)
        pair = nil
        var byte: UInt8 = 0
        #expect(read(other.raw, &byte, 1) == 0)
    }

    @Test func aReleasedNumberIsTheCallers() throws {
        let raw = try SharedMapping.makeFile(named: "test", count: 4096).release()
        #expect(fcntl(raw, F_GETFD) != -1)
        #expect(close(raw) == 0)
    }

    @Test func aFilesSizeIsSealed() throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        #expect(ftruncate(file.raw, 0) == -1)
        #expect(ftruncate(file.raw, 8192) == -1)
    }

    @Test func aMirrorShowsTheSameBytesTwice() throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 8192))
        let mirror = try SharedMapping(file.descriptor, offset: 4096, count: 4096, mirrored: true)
        #expect(mirror.count == 8192)
        SharedWord(mirror, at: 4092).value = 7
        SharedWord(mirror, at: 4096).value = 8
        #expect(SharedWord(mirror, at: 8188).value == 7)
        #expect(SharedWord(mirror, at: 0).value == 8)
        let plain = try SharedMapping(file.descriptor, offset: 0, count: 8192)
        #expect(SharedWord(plain, at: 4096).value == 8)
    }
}
