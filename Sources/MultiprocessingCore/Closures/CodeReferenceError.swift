/// A place in code or static data that cannot be named, or a name of one that leads nowhere here.
package enum CodeReferenceError: Error, Hashable, Sendable {
    /// The address belongs to no loaded image: generated code, or the heap.
    case outsideImages
    /// The image, known by this name on the other side, is not loaded here.
    case imageNotLoaded(String)
    /// The image is loaded here, but from another build.
    case imageFromOtherBuild(String)
    /// The offset leads out of the image, or to a part of it where nothing of the kind can be.
    case outsideImage(String)
}

extension CodeReferenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outsideImages: "the address belongs to no loaded image"
        case .imageNotLoaded(let name): "the image \(name) is not loaded in this process"
        case .imageFromOtherBuild(let name): "the image \(name) is another build in this process"
        case .outsideImage(let name): "the reference leads outside the image \(name)"
        }
    }
}
