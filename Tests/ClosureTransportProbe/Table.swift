/// All closures; what they capture depends on the seed.
struct Table {
    let seed: Int
    /// Rows that can only be made in an actor.
    var isolatedRows: [Row] = []

    init(seed: Int) async {
        self.seed = seed
        isolatedRows = [await formedOnMain(seed), await Former().form(seed)]
    }

    var rows: [Row] {
        standardValues + collections + foundationValues + ownTypes + privateTypes + objects + functions
            + references
            + isolation + arguments + genericCode + isolatedRows + refused
    }
}

/// A value that the optimiser cannot know.
@inline(never) func opaque<Value>(_ value: Value) -> Value { value }
