import MultiprocessingCore
import Testing

@testable import Multiprocessing

@Suite struct ShortBytesTests {
    @Test func shortOnesAreCopied() throws {
        for count in 0...ShortBytes.limit {
            let bytes = (0..<count).map { UInt8($0) }
            let short = try #require(bytes.withUnsafeBytes { ShortBytes($0) })
            let read = try short.withReader { reader in
                try (0..<reader.bytes.remaining).map { _ in try reader.bytes.read(UInt8.self) }
            }
            #expect(read == bytes)
        }
    }

    @Test func longOnesAreNot() {
        let bytes = [UInt8](repeating: 1, count: ShortBytes.limit + 1)
        #expect(bytes.withUnsafeBytes { ShortBytes($0) } == nil)
    }
}
