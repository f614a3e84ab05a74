/// Why a closure or type cannot be sent to another process; found out before anything is sent.
package struct FunctionRefusal: Error, Hashable, Sendable {
    /// The type that is in the way, as far as it has a name.
    package let typeName: String?
    package let reason: String

    static func notCodable(_ type: Any.Type) -> FunctionRefusal {
        FunctionRefusal(
            typeName: _typeName(type, qualified: true),
            reason:
                "it captures a value of type \(_typeName(type, qualified: true)), which is not Codable (or, in "
                + "an optimised build, whose conformance was removed because nothing else uses it)")
    }

    static let genericContext = FunctionRefusal(
        typeName: nil,
        reason:
            "it was made in generic code, whose types it carries with it. A generic helper that passes a body "
            + "on has to spell its parameter \"@escaping @concurrent @Sendable (A) async throws -> R\" and hand it "
            + "over as it is")

    static let unknownCapture = FunctionRefusal(
        typeName: nil,
        reason:
            "it captures something that is no plain value: a variable (var), a tuple, an existential (any), "
            + "a value of a generic type, or, in an optimised build, one of a type that is used nowhere else")

    static let foreignCode = FunctionRefusal(
        typeName: nil, reason: "its code is not part of the program's images")

    static func unnamable(_ type: Any.Type) -> FunctionRefusal {
        FunctionRefusal(
            typeName: _typeName(type, qualified: true),
            reason:
                "the type \(_typeName(type, qualified: true)) has no form in which it could be named elsewhere"
        )
    }
}
