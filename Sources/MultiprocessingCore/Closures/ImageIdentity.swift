import CMultiprocessing

/// The hash by which two processes find out whether they have mapped the same build of a file.
package enum ImageIdentity {
    private static let noteNameAndType: (count: UInt32, type: UInt32) = (4, UInt32(NT_GNU_BUILD_ID))

    /// The hash of the build id that the linker left; nil when the file was linked without.
    static func buildID(_ headers: UnsafeBufferPointer<Elf64_Phdr>, base: UInt) -> UInt64? {
        let notes = unsafe headers.filter { $0.p_type == UInt32(PT_NOTE) }
        return notes.lazy.compactMap { note in
            let start = unsafe UnsafeRawPointer(bitPattern: base &+ UInt(note.p_vaddr))
            return unsafe buildID(
                inNotes: UnsafeRawBufferPointer(start: start, count: Int(note.p_memsz)),
                alignment: max(4, Int(note.p_align)))
        }.first
    }

    /// Walks the notes: sizes of name and contents, type, then name and contents, each padded.
    package static func buildID(inNotes notes: UnsafeRawBufferPointer, alignment: Int) -> UInt64? {
        var reader = unsafe ByteReader(notes)
        while let nameCount = try? reader.read(UInt32.self), let count = try? reader.read(UInt32.self),
            let type = try? reader.read(UInt32.self)
        {
            guard let name = try? unsafe reader.readBytes(Int(nameCount)),
                skipPadding(&reader, alignment: alignment),
                let contents = try? unsafe reader.readBytes(Int(count))
            else { return nil }
            if (nameCount, type) == noteNameAndType, unsafe name.elementsEqual("GNU\0".utf8),
                unsafe !contents.isEmpty
            {
                return unsafe hash(contents)
            }
            guard skipPadding(&reader, alignment: alignment) else { return nil }
        }
        return nil
    }

    private static func skipPadding(_ reader: inout ByteReader, alignment: Int) -> Bool {
        let padding = (alignment - reader.offset % alignment) % alignment
        return (try? reader.skip(padding)) != nil
    }

    /// The hash of everything that the file maps and no relocation changes: code and constants.
    ///
    /// - Complexity: linear in the size of the file, about 0.2 ms per megabyte; only for files that were
    ///   linked without a build id, which no toolchain of ours does by itself.
    package static func contents(of segments: [LoadedImage.Segment]) -> UInt64 {
        var result: UInt64 = 0
        for segment in segments where segment.isReadable && !segment.isWritable {
            let start = unsafe UnsafeRawPointer(bitPattern: segment.range.lowerBound)
            let code = unsafe hash(UnsafeRawBufferPointer(start: start, count: segment.range.count))
            result = result &* 31 &+ code
        }
        return result
    }

    /// A word at a time, because this may run over megabytes; only chance has to be kept out, not malice.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var result: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
        var reader = unsafe ByteReader(bytes)
        while let word = try? reader.read(UInt64.self) {
            result = (result ^ word) &* 0x9fb2_1c65_1e98_df25
            result ^= result >> 32
        }
        while let byte = try? reader.read(UInt8.self) {
            result = (result ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return result ^ result >> 29
    }
}
