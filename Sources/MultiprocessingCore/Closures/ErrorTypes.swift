import CMultiprocessing

/// The types of errors that the images of this process declare.
package enum ErrorTypes {
    /// Those that can be decoded and are not generic.
    ///
    /// Whoever receives an error from a process that it need not trust finds its type here, by its key.
    package static var all: [any Any.Type] {
        final class Places {
            var all: [UInt] = []
        }
        let places = Places()
        let isExpected = withExtendedLifetime(places) {
            unsafe mp_visit_error_types(
                { place, context in
                    unsafe Unmanaged<Places>.fromOpaque(context).takeUnretainedValue().all.append(
                        UInt(bitPattern: place))
                }, Unmanaged.passUnretained(places).toOpaque())
        }
        guard isExpected != 0 else { return [] }
        return places.all.compactMap { place in
            guard let descriptor = NominalTypeDescriptor(at: place), !descriptor.isGeneric,
                let type = TypeBuilder.nominalType(descriptor, [])
            else { return nil }
            return type is any (Error & Codable).Type ? type : nil
        }
    }
}
