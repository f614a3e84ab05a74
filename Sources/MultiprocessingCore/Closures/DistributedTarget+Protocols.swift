import CMultiprocessing

/// Calls of clients that know a protocol only: `@Resolvable` makes of it a type with a dollar sign, whose methods they
/// call.
extension DistributedTarget {
    /// The protocols that a type conforms to, as `Module.Name`; those inside of other types are left out.
    package static func protocols(of type: any Any.Type) -> Set<String> {
        final class Names {
            var all: Set<String> = []
        }
        guard let descriptor = MetadataRecord(type).nominalType,
            let place = unsafe UnsafeRawPointer(bitPattern: descriptor.address)
        else { return [] }
        let names = Names()
        withExtendedLifetime(names) {
            unsafe mp_visit_protocols(
                place,
                { module, name, context in
                    let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
                    names.all.insert(unsafe "\(String(cString: module)).\(String(cString: name))")
                }, Unmanaged.passUnretained(names).toOpaque())
        }
        return names.all
    }

    /// The type's own method that a client means which calls one of a protocol's; nil when the type does not conform to it.
    ///
    /// The compiler's own entry to a protocol's method leaves out what is needed to decode the arguments, so it is never
    /// used.
    ///
    /// - Parameters:
    ///   - name: what the client calls, which anybody may have chosen.
    ///   - type: what the object is.
    ///   - protocols: those that the type conforms to.
    /// - Returns: what the compiler calls the method.
    package static func ownMethod(
        for name: String, of type: any Any.Type, conformingTo protocols: Set<String>
    ) -> String? {
        guard name.utf8.count < 4096, name.hasPrefix("$s"), name.hasSuffix("TE"), exists(name),
            let text = demangled(name), let stub = owner(text), let found = protocolName(ofStub: stub),
            protocols.contains(found), let wanted = signature(text, of: stub)
        else { return nil }
        let owner = withoutArguments(_typeName(type, qualified: true))
        // To a method of a generic type, as to one of a protocol, the generic arguments of its own are the second ones.
        let isGeneric = !TypeKey.genericArguments(of: type).isEmpty
        let sought = isGeneric ? wanted : withFirstArguments(wanted)
        return names(of: type).first { demangled($0).flatMap { signature($0, of: owner) } == sought }
    }

    /// What is behind the owner in a method's text: its name, parameters and result.
    private static func signature(_ text: String, of owner: String) -> String? {
        guard let start = text.firstRange(of: "\(owner).") else { return nil }
        return String(text[start.upperBound...])
    }

    /// The text with the generic arguments of the second level as those of the first: `A` for `A1`.
    private static func withFirstArguments(_ text: String) -> String {
        text.replacing(#/\b([A-Z])1\b/#) { String($0.output.1) }
    }

    /// The protocol that a type of this mangled name stands for where the real one is unknown; nil for other types.
    package static func protocolName(ofMangledStub name: String) -> String? {
        demangled("$s" + name).flatMap(protocolName(ofStub:))
    }

    /// `Module.Greeter` of `Module.$Greeter`.
    static func protocolName(ofStub text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("$"), !text.contains("~") else { return nil }
        return "\(parts[0]).\(parts[1].dropFirst())"
    }
}
