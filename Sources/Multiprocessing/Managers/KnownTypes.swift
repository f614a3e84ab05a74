import MultiprocessingCore

/// The types that a peer may name: what this process has registered, found by key and never resolved.
enum KnownTypes {
    private struct State {
        var byReference: [[UInt8]: any Any.Type] = [:]
        var byName: [String: any Any.Type] = [:]

        mutating func add(_ type: any Any.Type) {
            guard let key = try? TypeKey(type), byReference[key.reference] == nil else { return }
            byReference[key.reference] = type
            if !key.name.isEmpty { byName[key.name] = type }
        }
    }

    private static let state: GlobalMutex<State> = {
        var state = State()
        let standard: [any Any.Type] = [
            Bool.self, String.self, Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self,
            UInt.self,
            UInt8.self, UInt16.self, UInt32.self, UInt64.self, UInt128.self, Float.self, Double.self,
            Duration.self, MixedValue.self, [MixedValue].self,
            [Bool].self, [String].self, [Int].self, [UInt8].self, [Double].self, [String: String].self,
            [String: Int].self, [Int: String].self, Bool?.self, Int?.self, String?.self, Double?.self,
            MultiprocessingError.self, RemoteError.self, ClosureRefusedError.self, WorkerDiedError.self,
            OwnerDiedError.self, IndexOutOfRangeError.self, MissingAttributeError.self,
        ]
        for type in standard { state.add(type) }
        return GlobalMutex(state)
    }()

    /// From now on peers may name the type.
    static func add(_ type: any Any.Type) {
        state.withLock { $0.add(type) }
    }

    /// The type of a key, if it is a known one.
    static func find(_ key: TypeKey) -> (any Any.Type)? {
        state.withLock { $0.byReference[key.reference] ?? $0.byName[key.name] }
    }

    /// The type of a key.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `notExported` for one that is not known here.
    static func type(of key: TypeKey, isInherited: Bool) throws -> any Any.Type {
        if let known = find(key) { return known }
        guard isInherited else {
            throw MultiprocessingError(
                .notExported,
                "a call names a type that the manager does not know\(key.name.isEmpty ? "" : " (\(key.name))"): "
                    + "register it there with ManagerSystem.register(type:)")
        }
        let type = try key.type(trust: .inheritedChannel)
        add(type)
        return type
    }
}
