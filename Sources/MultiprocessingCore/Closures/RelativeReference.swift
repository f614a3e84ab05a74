/// A distance in constant data: to what it refers to, or, if it is odd, to a word with the address of that.
enum RelativeReference {
    /// The place that the distance at an address refers to; nil if it leads out of the images.
    static func target(of address: UInt) -> CodeAddress? {
        guard let place = try? CodeAddress(naming: address), place.holds(4, alignedTo: 4),
            let pointer = unsafe UnsafeRawPointer(bitPattern: address)
        else { return nil }
        let distance = unsafe Int(pointer.load(as: Int32.self))
        let target = address &+ UInt(bitPattern: distance & ~1)
        return distance & 1 == 0 ? try? CodeAddress(naming: target) : pointee(of: target)
    }

    /// The place whose address lies at an address.
    static func pointee(of address: UInt) -> CodeAddress? {
        guard let slot = try? CodeAddress(naming: address), slot.holds(8, alignedTo: 8),
            let pointer = unsafe UnsafeRawPointer(bitPattern: address)
        else { return nil }
        return try? CodeAddress(naming: unsafe pointer.load(as: UInt.self))
    }
}
