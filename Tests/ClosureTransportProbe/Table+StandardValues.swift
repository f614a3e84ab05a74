extension Table {
    var standardValues: [Row] {
        let number = opaque(seed)
        let text = opaque("text \(seed), long enough to be on the heap")
        let small = opaque(Int8(truncatingIfNeeded: seed % 100))
        let flag = opaque(seed > 500)
        let double = opaque(Double(seed) / 4)
        let float = opaque(Float(seed))
        let optional: Int? = opaque(seed)
        let none: String? = opaque(nil)
        let range = opaque(seed..<(seed + 5))
        let closed = opaque(1...seed)
        let duration: Duration = opaque(.seconds(seed))
        let wide = opaque(UInt64(seed) << 33)
        let wider = opaque(Int128(seed) << 70)
        let vector = opaque(SIMD8<Float>(repeating: Float(seed)))
        let maybeVector: SIMD8<Float>? = opaque(vector)
        let twice: Int?? = opaque(.some(seed))
        return [
            row("nothing", .result("1")) { 1 },
            voidRow("nothing, returning nothing", .result("()")) {},
            row("integer", .result("\(number)")) { number },
            row("string", .result(text)) { text },
            row("small integer", .result("\(small)")) { small },
            row("boolean", .result("true")) { flag },
            row("double", .result("\(double)")) { double },
            row("float", .result("\(float)")) { float },
            row("optional", .result("\(optional ?? 0)")) { optional ?? -1 },
            row("optional nil", .result("none")) { none ?? "none" },
            row("optional of optional", .result("\(number)")) { (twice ?? nil) ?? -1 },
            row("range", .result("5")) { range.count },
            row("closed range", .result("\(closed.count)")) { closed.count },
            row("duration", .result("\(duration)")) { duration },
            row("wide integer", .result("\(wide)")) { wide },
            row("128 bit integer", .result("\(wider)")) { "\(wider)" },
            row("padding between values", .result("\(small) true \(double) true \(wide)")) {
                "\(small) \(flag) \(double) \(flag) \(wide)"
            },
            row("sixteen byte alignment between", .result("\(small) \(wider) true")) {
                "\(small) \(wider) \(flag)"
            },
            row("vector alone", .result("\(vector)")) { vector },
            row("values around a vector", .result("\(small) \(vector) true")) {
                "\(small) \(vector) \(flag)"
            },
            row("vector in an optional", .result("\(vector)")) { maybeVector ?? SIMD8() },
            row("many values", .result("\(number) \(text) \(small) true \(double) \(range) \(duration)")) {
                "\(number) \(text) \(small) \(flag) \(double) \(range) \(duration)"
            },
            voidRow("void with a capture", .result("()")) { precondition(number > 500) },
        ]
    }

    var collections: [Row] {
        let numbers = opaque([seed, seed + 1, seed + 2])
        let empty: [Int] = opaque([])
        let strings = opaque(["a", "b \(seed)"])
        let nested = opaque([[seed], [], [1, 2]])
        let dictionary = opaque(["a": seed, "b": 2])
        let emptyDictionary: [String: Int] = opaque([:])
        let set: Set<Int> = opaque([seed, 3])
        let optionalArray: [Int]? = opaque(numbers)
        let noArray: [Int]? = opaque(nil)
        let contiguous = opaque(ContiguousArray(numbers))
        let slice = opaque(numbers[1...])
        let number = opaque(seed)
        let optionals: [Int?] = opaque([1, nil, seed])
        return [
            row("array alone", .result("\(numbers)")) { numbers },
            row("empty array alone", .result("[]")) { empty },
            row("array of strings alone", .result("\(strings)")) { strings },
            row("array of arrays alone", .result("\(nested)")) { nested },
            row("array of optionals alone", .result("[Optional(1), nil, Optional(\(seed))]")) { optionals },
            row("array and value", .result("\(numbers) \(number)")) { "\(numbers) \(number)" },
            row("two arrays", .result("\(numbers) \(strings)")) { "\(numbers) \(strings)" },
            row("empty array and value", .result("[] \(number)")) { "\(empty) \(number)" },
            row("constant array", .result("[5, 6, 7]")) { [five = opaque([5, 6, 7])] in five },
            row("dictionary", .result("\(seed)")) { dictionary["a"] ?? 0 },
            row("empty dictionary", .result("0")) { emptyDictionary.count },
            row("set", .result("true")) { set.contains(number) && set.count == 2 },
            row("optional array", .result("\(numbers)")) { optionalArray ?? [] },
            row("no array", .result("[]")) { noArray ?? [] },
            row("contiguous array alone", .result("\(numbers)")) { contiguous },
            row("array slice", .refusal("ArraySlice<Swift.Int>, which is not Codable")) { Array(slice) },
        ]
    }
}
