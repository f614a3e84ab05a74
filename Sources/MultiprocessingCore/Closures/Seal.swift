/// A short hash that goes with what refers to code or types, so that damaged bytes are not followed.
enum Seal {
    static func of(_ words: UInt64...) -> UInt32 {
        finish(words.reduce(start, mix))
    }

    static func of(_ text: String) -> UInt32 {
        finish(text.utf8.reduce(start) { mix($0, UInt64($1)) })
    }

    private static let start: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Each step is reversible, so that no two values of a word give the same.
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9fb2_1c65_1e98_df25
        return product ^ product >> 32
    }

    private static func finish(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash ^ hash >> 29)
    }
}
