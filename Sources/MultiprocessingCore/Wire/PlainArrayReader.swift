/// Reads messages that are nothing but an array straight into the array that the caller gets.
///
/// The memory of a new array is what costs most, so where many of one length are expected several are made at
/// once: together they are long enough for huge pages.
package struct PlainArrayReader<Value> {
    // Looked up when it is needed: most values are short.
    private lazy var type = DirectTypes.standard.find(Value.self)?.plainArray
    /// Arrays whose elements are not set.
    fileprivate var stock: [Value] = []
    /// Whether all arrays so far had one length.
    fileprivate var isRegular = true

    package init() {}

    /// The array of a message, which may change meanwhile.
    ///
    /// - Parameters:
    ///   - message: the whole message.
    ///   - expected: how many more are likely to come.
    /// - Returns: nil if it is something else, or has impossible elements.
    package mutating func read(_ message: UnsafeRawBufferPointer, expecting expected: Int) -> Value? {
        unsafe type?.readWhole(message, expected, &self)
    }
}

/// How many bytes of arrays are made at once.
private let lotSize = 16 << 20
/// Longer arrays have huge pages of their own.
private let longest = 4 << 20

extension PlainArray {
    fileprivate static func readWhole<Value>(
        _ message: UnsafeRawBufferPointer, _ expected: Int, _ reader: inout PlainArrayReader<Value>
    ) -> Value? {
        guard let count = unsafe count(ofWhole: message) else { return nil }
        var array = take(count, message.count, expected, &reader)
        guard unsafe array.fill(fromWhole: message) else { return nil }
        // The reader has found that both are the same type.
        return unsafe unsafeBitCast(array, to: Value.self)
    }

    /// An array from the stock, or a new one.
    private static func take<Value>(
        _ count: Int, _ size: Int, _ expected: Int, _ reader: inout PlainArrayReader<Value>
    ) -> Self {
        if reader.stock.isEmpty, reader.isRegular, size < longest, size * expected >= longest {
            let number = min(expected + 1, lotSize / size)
            Memory.prepareRoom(number * size)
            let lot = (0..<number).map { _ in unset(count) }
            // As above.
            reader.stock = unsafe unsafeBitCast(lot, to: [Value].self)
        }
        if let found = reader.stock.popLast() {
            let array = unsafe unsafeBitCast(found, to: Self.self)
            if array.elementCount == count { return array }
            reader.stock = []
            reader.isRegular = false
        }
        let array = unset(count)
        unsafe Memory.preferHugePages(array.withElements { unsafe $0 })
        return array
    }
}
