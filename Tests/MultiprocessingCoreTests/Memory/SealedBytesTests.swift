import Glibc
import MultiprocessingCore
import TestSupport
import Testing

/// Bytes that every process may read and none can change.
@Suite struct SealedBytesTests {
    private let bytes = (0..<100_001).map { UInt8(truncatingIfNeeded: $0) }

    @Test func everyHolderReadsThem() throws {
        let sealed = try SealedBytes(WireBytes(bytes))
        #expect(sealed.count == bytes.count)
        #expect(try sealed.withBytes { Array($0) } == bytes)
        let other = SealedBytes(try SharedDescriptor(duplicating: sealed.file.raw), count: bytes.count)
        #expect(try other.withBytes { Array($0) } == bytes)
    }

    @Test func nobodyChangesThem() throws {
        let sealed = try SealedBytes(WireBytes(bytes))
        var byte: UInt8 = 1
        #expect(pwrite(sealed.file.raw, &byte, 1, 0) == -1 && errno == EPERM)
        #expect(ftruncate(sealed.file.raw, 1) == -1 && errno == EPERM)
        #expect(ftruncate(sealed.file.raw, 1 << 20) == -1 && errno == EPERM)
        #expect(throws: SystemError.self) {
            try SharedMapping(sealed.file.descriptor, offset: 0, count: 4096)
        }
    }

    @Test func aFileThatIsShorterThanAnnouncedIsRefused() throws {
        let sealed = try SealedBytes(WireBytes(bytes))
        let longer = SealedBytes(sealed.file, count: bytes.count + 1)
        #expect(throws: ReceivedFileError.self) { try longer.withBytes { $0.count } }
    }
}
