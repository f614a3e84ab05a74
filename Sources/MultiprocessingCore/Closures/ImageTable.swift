import CMultiprocessing

/// The images that are loaded at one moment, to find the one an address belongs to and the one a name means.
package struct ImageTable: Sendable {
    /// In the loader's order: the executable comes first.
    package let images: [LoadedImage]

    /// Sorted by address, for the search.
    private let extents: [(range: Range<UInt>, image: Int)]

    private static let newest = GlobalMutex<(generation: UInt64, table: ImageTable)?>(nil)

    /// The table of this moment; made anew only after an image was loaded or unloaded.
    package static var current: ImageTable {
        let generation = mp_image_generation()
        if let known = newest.withLock({ $0 }), known.generation == generation { return known.table }
        // Read outside the lock: the loader has a lock of its own. If images come or go meanwhile, the table
        // is filed under the older number and read again next time.
        let table = ImageTable()
        newest.withLock { $0 = (generation, table) }
        return table
    }

    private init() {
        var images: [LoadedImage] = []
        // Only called during the visit, in which `images` stays where it is.
        unsafe withUnsafeMutablePointer(to: &images) { list in
            unsafe mp_visit_images(
                { image, context in
                    unsafe context.assumingMemoryBound(to: [LoadedImage].self).pointee
                        .append(LoadedImage(image.pointee))
                }, list)
        }
        self.images = images
        extents = images.indices
            .flatMap { index in images[index].segments.map { (range: $0.range, image: index) } }
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// The image that has mapped the address; nil for the heap, the stack and generated code.
    package func image(containing address: UInt) -> LoadedImage? {
        var low = 0
        var high = extents.count
        while low < high {
            let middle = (low + high) / 2
            if extents[middle].range.upperBound <= address {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < extents.count, extents[low].range.contains(address) else { return nil }
        return images[extents[low].image]
    }

    /// The image that another process means.
    ///
    /// - Parameters:
    ///   - name: The last part of its path; nil means the executable.
    ///   - identity: The identity that it has there.
    /// - Returns: The image of this process with that identity.
    /// - Throws: `CodeReferenceError` if the image is not loaded here, or is another build.
    func image(named name: String?, identity: UInt64) throws(CodeReferenceError) -> LoadedImage {
        guard let name else {
            guard let executable = images.first else { throw .imageNotLoaded("of the program") }
            guard executable.identity == identity else { throw .imageFromOtherBuild(executable.name) }
            return executable
        }
        if let image = images.first(where: { $0.identity == identity && !$0.isExecutable }) { return image }
        guard images.contains(where: { $0.name == name }) else { throw .imageNotLoaded(name) }
        throw .imageFromOtherBuild(name)
    }
}
