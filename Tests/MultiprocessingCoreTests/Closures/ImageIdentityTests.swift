import MultiprocessingCore
import Testing

@Suite struct ImageIdentityTests {
    private func note(_ name: String, type: UInt32, _ contents: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt32(name.utf8.count + 1))
        writer.append(UInt32(contents.count))
        writer.append(type)
        writer.append(contentsOf: Array(name.utf8) + [0])
        while writer.count % 4 != 0 { writer.append(UInt8(0)) }
        writer.append(contentsOf: contents)
        while writer.count % 4 != 0 { writer.append(UInt8(0)) }
        return writer.bytes
    }

    private func identity(_ notes: [UInt8]) -> UInt64? {
        unsafe notes.withUnsafeBytes { unsafe ImageIdentity.buildID(inNotes: $0, alignment: 4) }
    }

    @Test func theBuildIDIsFoundBehindOtherNotes() {
        let other = note("Other", type: 3, [1, 2, 3, 4, 5]) + note("GNU", type: 1, [9])
        let first = identity(other + note("GNU", type: 3, Array(1...20)))
        let second = identity(other + note("GNU", type: 3, Array(2...21)))
        #expect(first != nil)
        #expect(first == identity(note("GNU", type: 3, Array(1...20))))
        #expect(first != second)
        #expect(identity(other) == nil)
        #expect(identity([]) == nil)
    }

    @Test func notesThatEndEarlyHaveNoBuildID() {
        let whole = note("GNU", type: 3, Array(1...20))
        for count in 0..<whole.count { #expect(identity(Array(whole[..<count])) == nil) }
        // Sizes that lead far beyond the end.
        #expect(identity([0xff, 0xff, 0xff, 0xff] + whole.dropFirst(4)) == nil)
        #expect(identity(Array(whole[..<4]) + [0xff, 0xff, 0xff, 0x7f] + whole.dropFirst(8)) == nil)
    }

    @Test func filesWithoutABuildIDAreToldApartByTheirContents() throws {
        let images = ImageTable.current.images
        let hashes = images.prefix(3).map { ImageIdentity.contents(of: $0.segments) }
        #expect(Set(hashes).count == hashes.count)
        #expect(hashes == images.prefix(3).map { ImageIdentity.contents(of: $0.segments) })
    }
}
