import MultiprocessingCore
import Testing

@Suite struct ImageTableTests {
    @Test func theExecutableComesFirst() throws {
        let images = ImageTable.current.images
        #expect(try #require(images.first).isExecutable)
        #expect(images.dropFirst().allSatisfy { !$0.isExecutable })
    }

    @Test func everyBuildHasItsIdentity() {
        let identities = ImageTable.current.images.map(\.identity)
        #expect(Set(identities).count == identities.count)
        #expect(BuildIdentity.current == BuildIdentity.current)
    }

    @Test func codeIsFoundInItsImageAndTheHeapInNone() throws {
        final class OnTheHeap {}
        let object = OnTheHeap()
        let heap = unsafe UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque())
        #expect(ImageTable.current.image(containing: heap) == nil)
        #expect(ImageTable.current.image(containing: 0) == nil)
        #expect(ImageTable.current.image(containing: .max) == nil)
        let metadata = unsafe UInt(bitPattern: unsafeBitCast(Int.self as Any.Type, to: UnsafeRawPointer.self))
        // With a static standard library that is the executable.
        let image = try #require(ImageTable.current.image(containing: metadata))
        #expect(image.isExecutable || image.name == "libswiftCore.so")
    }
}
