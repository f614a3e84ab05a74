/// Makes types from their parts with the runtime's own resolver of mangled names.
///
/// The names built here refer to a declaration by its address, which also works for private declarations
/// that cannot be found by name. Arguments are generic parameters whose values are passed beside the name, so
/// that they may be types of every kind. The runtime finds what else it needs, such as conformances.
enum TypeBuilder {
    /// How many parts a type may have.
    static let partLimit = 16

    /// Lends its generic parameters to the names: they stand for the parts.
    ///
    /// Two levels, because a generic function of a generic type names its own parameters differently.
    private enum Parts<A, B, C, D, E, F, G, H> {
        enum Inner<I, J, K, L, M, N, O, P> {}
    }

    /// The mangled names of the lent parameters.
    static let names = [
        "x", "q_", "q0_", "q1_", "q2_", "q3_", "q4_", "q5_",
        "qd__", "qd_0_", "qd_1_", "qd_2_", "qd_3_", "qd_4_", "qd_5_", "qd_6_",
    ]

    private static let lender = MetadataRecord(
        Parts<Void, Void, Void, Void, Void, Void, Void, Void>
            .Inner<Void, Void, Void, Void, Void, Void, Void, Void>.self
    ).nominalType?.address

    static func nominalType(
        _ descriptor: NominalTypeDescriptor, _ arguments: [Any.Type]
    ) -> Any.Type? {
        guard arguments.count <= partLimit, descriptor.plainParameterCount == arguments.count else {
            return nil
        }
        let suffix = arguments.isEmpty ? "" : "y" + names.prefix(arguments.count).joined() + "G"
        return resolve(suffix, descriptor: descriptor, parts: arguments)
    }

    static func tuple(_ elements: [Any.Type], labels: [String]) -> Any.Type? {
        guard (2...partLimit).contains(elements.count), labels.isEmpty || labels.count == elements.count
        else {
            return nil
        }
        var name = ""
        for index in elements.indices {
            name += names[index]
            if let label = labels.isEmpty ? nil : labels[index], !label.isEmpty {
                guard label.allSatisfy(\.isPlainLetter) else { return nil }
                name += "\(label.utf8.count)\(label)"
            }
            if index == 0 { name += "_" }
        }
        return resolve(name + "t", descriptor: nil, parts: elements)
    }

    static func metatype(of type: Any.Type) -> Any.Type? {
        resolve("xm", descriptor: nil, parts: [type])
    }

    private static func resolve(
        _ suffix: String, descriptor: NominalTypeDescriptor?, parts: [Any.Type]
    ) -> Any.Type? {
        // The address, then the name, which refers back to it: 2 says "indirectly to a declaration".
        var name = ByteWriter()
        name.append(descriptor?.address ?? 0)
        if descriptor != nil {
            name.append(UInt8(2))
            name.append(Int32(-9))
        }
        name.append(contentsOf: Array(suffix.utf8))
        return unsafe name.bytes.withUnsafeBufferPointer { bytes in
            unsafe resolve(UnsafeBufferPointer(rebasing: bytes[8...]), parts: parts)
        }
    }

    /// The type that a mangled name means, where `parts` are the values of its generic parameters.
    static func resolve(_ name: UnsafeBufferPointer<UInt8>, parts: [Any.Type]) -> Any.Type? {
        guard parts.count <= partLimit, let start = name.baseAddress,
            let lender
        else { return nil }
        let parts = parts + repeatElement(Void.self as Any.Type, count: partLimit - parts.count)
        return unsafe parts.withUnsafeBytes { arguments in
            unsafe _getTypeByMangledNameInContext(
                start, UInt(name.count),
                genericContext: UnsafeRawPointer(bitPattern: lender),
                genericArguments: arguments.baseAddress)
        }
    }
}

extension Character {
    /// Whether the letter stands for itself in a mangled name, wherever it is.
    fileprivate var isPlainLetter: Bool { isASCII && isLetter }
}
