@testable import Multiprocessing

extension FramePlace {
    /// The frames of a message, in order.
    static func all(in bytes: [UInt8]) throws -> [FramePlace] {
        var places: [FramePlace] = []
        try visit(bytes) { places.append(FramePlace(kind: $0, body: $1)) }
        return places
    }
}
