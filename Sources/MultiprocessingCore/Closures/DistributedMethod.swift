import CMultiprocessing

/// A distributed method of one type, with everything that a call of it needs.
///
/// The runtime finds all of this anew for each call, which takes ten times as long as the call; and it gives a generic
/// method of a generic type the arguments of the type instead of those of the method.
@safe package final class DistributedMethod: @unchecked Sendable {
    // @unchecked because of the pointers, to memory that is never changed.

    /// What a call passes on.
    @safe package struct Words {
        /// The record of an async function.
        package let function: UnsafeRawPointer
        package let parameters: UnsafeRawPointer
        package let substitutions: UnsafeRawPointer
        package let witnesses: UnsafeRawPointer?
        package let witnessCount: UInt
    }

    package let words: Words
    /// What the method returns.
    package let result: any Any.Type
    private let types: UnsafeMutablePointer<any Any.Type>
    private let substitutions: UnsafeMutablePointer<any Any.Type>
    private let tables: UnsafeRawPointer?

    /// Finds a method; nil when there is none, or the arguments are not what the method asks for.
    ///
    /// - Parameters:
    ///   - name: what the compiler calls it.
    ///   - type: the type that it is a method of, which the caller has checked.
    ///   - arguments: the generic arguments of the method itself.
    package init?(_ name: String, of type: any Any.Type, arguments: [any Any.Type]) {
        let descriptor = MetadataRecord(type).nominalType
        let all = TypeKey.genericArguments(of: type) + arguments
        let name = Array(name.utf8)
        var found = unsafe mp_distributed_method()
        guard unsafe mp_find_distributed_method(name, name.count, &found) != 0 else { return nil }
        let substitutions = UnsafeMutablePointer<any Any.Type>.allocate(capacity: all.count + 1)
        for (index, argument) in all.enumerated() { unsafe (substitutions + index).initialize(to: argument) }
        let types = UnsafeMutablePointer<any Any.Type>.allocate(capacity: Self.parameterLimit)
        var tables: UnsafeRawPointer?
        var count = 0
        if let environment = unsafe found.environment {
            unsafe tables = mp_distributed_witnesses(environment, substitutions, &count)
        }
        let parameters = unsafe UnsafeMutableRawPointer(types).withMemoryRebound(
            to: UnsafeRawPointer?.self, capacity: Self.parameterLimit
        ) { types in
            unsafe mp_distributed_parameters(
                name, name.count, found.environment, substitutions, types, Self.parameterLimit)
        }
        let result = unsafe mp_distributed_result(name, name.count, found.environment, substitutions)
        // The object keeps the conformances of its own arguments.
        let own = descriptor?.conformanceCount ?? 0
        let isGeneric = unsafe found.environment != nil
        let fits = isGeneric ? count >= own : arguments.isEmpty
        guard fits, parameters >= 0, let result = unsafe result, let function = unsafe found.function else {
            unsafe types.deallocate()
            unsafe substitutions.deallocate()
            unsafe mp_free(UnsafeMutableRawPointer(mutating: tables))
            return nil
        }
        unsafe self.types = types
        unsafe self.substitutions = substitutions
        unsafe self.tables = tables
        self.result = unsafe unsafeBitCast(result, to: Any.Type.self)
        let skipped = all.count - arguments.count
        unsafe words = Words(
            function: function, parameters: UnsafeRawPointer(types),
            substitutions: UnsafeRawPointer(substitutions + skipped),
            witnesses: tables.map { unsafe $0 + own * MemoryLayout<UInt>.size },
            witnessCount: UInt(max(0, count - own)))
    }

    deinit {
        unsafe types.deallocate()
        unsafe substitutions.deallocate()
        unsafe mp_free(UnsafeMutableRawPointer(mutating: tables))
    }

    private static let parameterLimit = 64
}
