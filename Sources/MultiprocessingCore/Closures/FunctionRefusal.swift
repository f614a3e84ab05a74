/// Why a closure cannot be sent to another process; thrown before anything is sent.
package enum FunctionRefusal: Error, Hashable, Sendable {
    /// A captured value of the named type is not `Codable`.
    case notCodable(typeName: String)
    /// The closure captures a tuple, which no type can make `Codable`.
    case tuple(typeName: String)
    /// The closure captures a value of which only the protocols are known.
    case existential(typeName: String)
    /// The closure captures another function in a form that is not a closure's, such as an optional one.
    case functionValue(typeName: String)
    /// The closure captures an object weakly or unowned.
    case weakReference
    /// The closure captures a variable, which both sides would change.
    case variable
    /// The closure was formed in generic code, and what it was specialised with cannot be named.
    case genericContext
    /// The program has no code left that makes the type of the captured value known.
    case stripped(typeName: String)
    /// The type of the captured value cannot be named to the other process.
    case unnameable(TypeRefusal)
    /// The compiler left no or other information than is understood here.
    case notUnderstood(String)
    /// The code lies in no loaded file.
    case generatedCode
    /// A captured value attaches a descriptor, and the closure is to run where descriptors are not kept.
    case descriptor

    /// The type that is in the way, as far as it has a name.
    package var typeName: String? {
        switch self {
        case .notCodable(let name), .tuple(let name), .existential(let name), .functionValue(let name),
            .stripped(let name):
            name
        case .unnameable(let refusal):
            refusal.typeName
        case .weakReference, .variable, .genericContext, .notUnderstood, .generatedCode, .descriptor:
            nil
        }
    }

    static func notCodable(_ type: Any.Type) -> FunctionRefusal {
        let typeName = String(reflecting: type)
        return switch MetadataRecord(type).kind {
        case .tuple: .tuple(typeName: typeName)
        case .existential: .existential(typeName: typeName)
        case .function: .functionValue(typeName: typeName)
        default: .notCodable(typeName: typeName)
        }
    }
}

extension FunctionRefusal: CustomStringConvertible {
    /// What the closure does that cannot be sent, and what to write instead.
    package var description: String { "\(reason), so it cannot be sent to another process. \(advice)" }

    private var reason: String {
        switch self {
        case .notCodable(let typeName):
            "the closure captures a value of type \(typeName), which is not Codable\(Self.strippingNote)"
        case .tuple(let typeName):
            "the closure captures a tuple of type \(typeName), which cannot be Codable"
        case .existential(let typeName):
            "the closure captures a value of type \(typeName), whose own type is not known to the compiler"
        case .functionValue(let typeName):
            "the closure captures a function of type \(typeName) in a form that is not understood"
        case .weakReference:
            "the closure captures an object with weak or unowned"
        case .variable:
            "the closure captures a variable, which it could change in one process only"
        case .genericContext:
            "the closure was formed in generic code"
        case .stripped(let typeName):
            "the closure captures a value of type \(typeName), about which the optimiser kept too little, "
                + "because nothing else in the program uses it"
        case .unnameable(let refusal):
            "the closure captures a value of type \(refusal.typeName), which has no name in another process"
        case .notUnderstood(let what):
            "the closure captures something of a kind that is not understood (\(what))"
        case .descriptor:
            "the closure captures a handle, which the children of a fork server would not find"
        case .generatedCode:
            "the closure's code belongs to no file that is loaded"
        }
    }

    private var advice: String {
        switch self {
        case .genericContext:
            "Pass the body through as a parameter that is spelled "
                + "\"@escaping @concurrent @Sendable (A) async throws -> R\" with A and R as whole parameters, "
                + "and pass other values as arguments: pool.apply(value) { value in … }."
        case .variable:
            "Capture its value, { [name] in … }, or pass it as an argument: pool.apply(name) { name in … }."
        case .notCodable(let typeName) where typeName.contains("KeyPath<"):
            "Write the key path as a closure: { $0.name } instead of \\.name."
        case .notCodable, .tuple, .existential, .functionValue, .weakReference, .stripped, .unnameable,
            .notUnderstood:
            "Pass what the work needs as arguments instead: pool.apply(path) { path in … }. "
                + "Of an object whose property is used, capture only that: { [name = self.name] in … }."
        case .descriptor:
            "Give it to each child instead: a body may capture handles, and be given them as arguments."
        case .generatedCode:
            "Write the work as a function or closure of the program itself."
        }
    }

    /// Optimised builds lose conformances that nothing seems to use.
    private static var strippingNote: String {
        #if DEBUG
            ""
        #else
            " (or is, but the optimiser removed that because nothing else in the program uses it)"
        #endif
    }
}
