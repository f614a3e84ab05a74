struct Point: Codable, Hashable, Sendable {
    var x: Int
    var y: Double
    func sum() -> Double { Double(x) + y }
    func slowSum() async throws -> Double { sum() }
    func row() -> Row { Multi.row("self of a struct", self) }
}

/// Keeps the conformances of the types alive, as an encoding elsewhere in a program does.
enum Multi {
    static func row(_ name: String, _ point: Point) -> Row {
        ClosureTransportProbe.row(name, .result("\(point.sum())")) { point.sum() }
    }
}

enum Shape: Codable, Equatable, Sendable {
    case point
    case circle(radius: Double)
    case named(String, Int)
    indirect case group([Shape])
}

enum Level: String, Codable, Sendable { case low, high }

struct Box<Value: Codable & Sendable>: Codable, Sendable { var value: Value }

struct Numbers: Codable, Sendable { var list: [Int] }

func hiddenBehind(_ number: Int) -> some Codable & Sendable { opaque(number) }

/// Only ever captured.
struct OnlyCaptured: Codable, Sendable { var number: Int }

private struct Hidden: Codable, Hashable, Sendable {
    var number: Int
    var text = "hidden"
    func asString() -> String { "\(number) \(text)" }
}

private enum HiddenChoice: Codable, Sendable {
    case left(Int)
    case right
}

extension Table {
    var ownTypes: [Row] {
        let point = opaque(Point(x: seed, y: 0.5))
        let circle = opaque(Shape.circle(radius: Double(seed)))
        let group = opaque(Shape.group([.point, .named("n", seed)]))
        let level = opaque(Level.high)
        let box = opaque(Box(value: "v\(seed)"))
        let boxed = opaque(Box(value: [seed]))
        let numbers = opaque(Numbers(list: [seed]))
        let points = opaque([point])
        let map = opaque([point: ["a": point]])
        let captured = opaque(OnlyCaptured(number: seed))
        let number = opaque(seed)
        let some = hiddenBehind(seed)
        return [
            row("opaque type", .result("\(number)")) { String(describing: some) },
            row("struct as argument and capture", point, .result("true")) { $0 == point },
            row("enum as argument and capture", circle, .result("true")) { $0 == circle },
            row("recursive enum", circle, .result("true")) { $0 != group },
            row("enum with raw values", level, .result("high")) { _ in level },
            row("generic struct", box, .result(box.value)) { _ in box.value },
            row("generic struct around an array alone", boxed, .result("\(boxed.value)")) { _ in boxed.value
            },
            row("struct around an array alone", numbers, .result("\(numbers.list)")) { _ in numbers.list },
            row("array of structs alone", points, .result("\(points[0].sum())")) { _ in points[0].sum() },
            row("dictionary of structs", points, .result("\(point.sum())")) { _ in
                map[point]?["a"]?.sum() ?? 0
            },
            point.row(),
            row("struct and value", point, .result("\(point.sum() + Double(number))")) { _ in
                point.sum() + Double(number)
            },
            row(
                "type that is only captured",
                .refusalWhenOptimized("OnlyCaptured", otherwise: "\(number)")
            ) { captured.number },
        ]
    }

    var privateTypes: [Row] {
        struct Local: Codable, Hashable, Sendable, CustomStringConvertible {
            var number: Int
            // The standard one names private types by their address in arrays.
            var description: String { "local \(number)" }
        }
        enum LocalChoice: Codable, Sendable { case one(Int) }
        let hidden = opaque(Hidden(number: seed))
        let choice = opaque(HiddenChoice.left(seed))
        let local = opaque(Local(number: seed))
        let number = opaque(seed)
        let tripled = opaque([hidden, hidden, hidden])
        return [
            row("private struct", hidden, .result("true")) { $0 == hidden },
            row("private enum", choice, .result("\(number)")) { _ in
                if case .left(let n) = choice { n } else { 0 }
            },
            row("local struct", local, .result("true")) { $0 == local },
            row("array of private structs alone", tripled, .result("3")) {
                $0 == tripled ? tripled.count : 0
            },
            row("private argument", hidden, .result("\(number) hidden")) { $0.asString() },
            row("private argument and result", hidden, .result(String(describing: hidden))) { $0 },
            row("local argument and result", local, .result(String(describing: local))) { $0 },
            row("arrays of private", [hidden], .result("1")) { $0.count },
            row("optional of local", local as Local?, .result(String(describing: [local]))) {
                [$0].compactMap(\.self)
            },
            row("dictionary of private and local", [hidden: [local]], .result("\(number)")) {
                $0[hidden]?.first?.number ?? 0
            },
            row("result is a dictionary of private", .result("1")) { [local: [hidden]].count },
            row("two private arguments", hidden, LocalChoice.one(number), .result("\(number * 2)")) {
                hidden, choice in
                if case .one(let n) = choice { hidden.number + n } else { 0 }
            },
            row("box of private", Box(value: hidden), .result("\(number) hidden")) { $0.value.asString() },
            row("box of local, optional", Box(value: [local] as [Local]?), .result("\(number)")) {
                $0.value?.first?.number ?? 0
            },
        ]
    }
}
