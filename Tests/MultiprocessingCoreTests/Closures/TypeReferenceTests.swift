import MultiprocessingCore
import Testing

private struct PrivateStruct: Codable, Hashable { var number = 1 }
private enum PrivateEnum: Codable, Sendable { case one }
private final class PrivateClass {}
private struct PrivateGeneric<Element> {
    struct Nested<Other> {}
}
private class GenericClass<Element> {}
private final class GenericSubclass<First, Second>: GenericClass<First> {}
private struct Keyed<Key: Hashable & Codable, Value: Codable> {}
private struct Elements<Base: Sequence> where Base.Element: Codable {}
private struct Many<A, B, C, D, E, F, G, H, I> {}
extension PrivateGeneric where Element == Int {
    fileprivate struct Pinned<Other> {}
}
private struct Pack<each A> {}
private protocol PrivateProtocol {}

struct Internal: Codable, Hashable {}

/// What a facade sends: a generic type that does the work, found in the child by its protocol.
private protocol AnyInvocation {
    static func call(_ words: FunctionWords, _ argument: Any) async throws -> Any
}

private struct Invocation1<A: Sendable, R: Sendable>: AnyInvocation {
    let body: @concurrent @Sendable (A) async throws -> R

    static func call(_ words: FunctionWords, _ argument: Any) async throws -> Any {
        let invocation = unsafe unsafeBitCast(words, to: Invocation1<A, R>.self)
        return try await invocation.body(try #require(argument as? A))
    }
}

@Suite struct TypeReferenceTests {
    private func roundTrip(_ type: Any.Type) throws -> Any.Type {
        var writer = ByteWriter()
        try TypeReference.encode(type, into: &writer)
        return try unsafe writer.bytes.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            let type = try TypeReference.decode(from: &reader, trust: .inheritedChannel)
            #expect(reader.isAtEnd)
            return type
        }
    }

    @Test(
        arguments: [
            Int.self, String.self, [Int].self, [String: [Int?]].self, Internal.self, Internal?.self,
            Void.self,
            (Int, String).self, (left: Int, right: String).self, (Int, right: String).self, Int.Type.self,
            (any Error).self, Any.self, AnyObject.self, ((Int) -> String).self,
            (any Sendable & Hashable).self,
            Result<Int, any Error>.self, Never.self, Range<Int>.self, SIMD4<Float>.self,
            KeyValuePairs<String, Int>.self, ClosedRange<Int>.Index.self, [Void].self,
            InlineArray<3, Int>.self,
        ] as [Any.Type])
    func standardTypesTravel(type: Any.Type) throws {
        #expect(try roundTrip(type) == type)
    }

    @Test(
        arguments: [
            PrivateStruct.self, PrivateEnum.self, PrivateClass.self, [PrivateStruct].self, PrivateEnum?.self,
            [String: PrivateStruct].self, [PrivateStruct: [PrivateEnum?]].self, PrivateGeneric<Int>.self,
            PrivateGeneric<PrivateStruct>.Nested<[PrivateEnum]>.self, GenericClass<PrivateStruct>.self,
            GenericSubclass<PrivateEnum, [PrivateStruct]>.self, Keyed<PrivateStruct, [PrivateEnum]>.self,
            Elements<[PrivateStruct]>.self, (PrivateStruct, PrivateEnum).self,
            (a: PrivateStruct, b: Int).self,
            (PrivateStruct, PrivateEnum, Int, second: PrivateStruct).self, PrivateStruct.Type.self,
            [(PrivateStruct, Void)].self,
            Many<Int, Int, Int, Int, Int, Int, Int, Int, PrivateStruct>.self,
            Result<PrivateStruct, any Error>.self,
            Invocation1<Void, PrivateEnum>.self,
        ] as [Any.Type])
    func privateTypesTravel(type: Any.Type) throws {
        #expect(try roundTrip(type) == type)
    }

    @Test func functionLocalTypesTravel() throws {
        struct Local: Codable, Hashable { var number = 2 }
        enum LocalEnum { case one }
        struct LocalGeneric<Element> {}
        final class LocalClass {}
        let types: [Any.Type] = [
            Local.self, [Local].self, Local?.self, [Local: Local].self, LocalEnum.self, LocalClass.self,
            LocalGeneric<Local>.self, LocalGeneric<[LocalGeneric<Int>]>.self,
            Invocation1<Local, [Local?]>.self,
        ]
        for type in types { #expect(try roundTrip(type) == type) }
    }

    @Test(
        arguments: [
            Pack<PrivateStruct, Int>.self,
            (any PrivateProtocol).self, ((PrivateStruct) -> Void).self, [any PrivateProtocol].self,
            (naïve: Int, b: PrivateStruct).self,
        ] as [Any.Type])
    func whatCannotBeProvedIsRefusedByName(type: Any.Type) {
        let refusal = #expect(throws: TypeRefusal.self) { try roundTrip(type) }
        #expect(refusal?.typeName == String(reflecting: type))
    }

    @Test func aRequirementThatFixesAParameterIsNotGuessed() throws {
        // The metadata has no argument of its own for the outer parameter.
        let type = PrivateGeneric<Int>.Pinned<PrivateStruct>.self
        #expect(throws: TypeRefusal.self) { try roundTrip(type) }
    }

    @Test func aReferenceIsTheSameWhenItIsAskedForAgain() throws {
        var first = ByteWriter()
        try TypeReference.encode([PrivateStruct].self, into: &first)
        var second = ByteWriter()
        try TypeReference.encode([PrivateStruct].self, into: &second)
        #expect(first.bytes == second.bytes)
    }

    @Test func anInvocationIsOpenedAndRunByItsProtocol() async throws {
        struct Local: Codable, Equatable { var number = 2 }
        let invocation = Invocation1<Local, [Local?]> { [$0, nil, Local(number: $0.number + 1)] }
        let words = unsafe unsafeBitCast(invocation, to: FunctionWords.self)
        let type = try #require(try roundTrip(Invocation1<Local, [Local?]>.self) as? any AnyInvocation.Type)
        let result = try await type.call(words, Local(number: 5))
        #expect(result as? [Local?] == [Local(number: 5), nil, Local(number: 6)])
    }

    @Test func hostileBytesAreErrors() throws {
        var bytes = ByteWriter()
        try TypeReference.encode([PrivateStruct: (left: Internal, right: [Int.Type])].self, into: &bytes)
        for count in 0..<bytes.count {
            unsafe bytes.bytes.withUnsafeBytes { whole in
                var reader = unsafe ByteReader(UnsafeRawBufferPointer(rebasing: whole[..<count]))
                #expect(throws: (any Error).self) {
                    try TypeReference.decode(from: &reader, trust: .inheritedChannel)
                }
            }
        }
        let deep = [UInt8](repeating: 3, count: 100_000)
        unsafe deep.withUnsafeBytes { whole in
            var reader = unsafe ByteReader(whole)
            #expect(throws: WireError.tooLarge("a type within types")) {
                try TypeReference.decode(from: &reader, trust: .inheritedChannel)
            }
        }
    }
}
