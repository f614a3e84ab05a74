/// The generic arguments of a call; few need no memory of their own.
struct GenericArguments {
    private var first: (any Any.Type)?
    private var second: (any Any.Type)?
    private var others: [any Any.Type] = []

    init() {}

    var count: Int { (first == nil ? 0 : 1) + (second == nil ? 0 : 1) + others.count }

    mutating func append(_ type: any Any.Type) {
        if first == nil {
            first = type
        } else if second == nil {
            second = type
        } else {
            others.append(type)
        }
    }

    /// Those behind the first few.
    func dropFirst(_ count: Int) -> ArraySlice<any Any.Type> {
        ([first, second].compactMap { $0 } + others).dropFirst(count)
    }
}
