/// Whether two values are equal; not, if their type knows no equality.
func areEqual(_ left: Any, _ right: Any) -> Bool {
    guard let left = left as? any Equatable else { return false }
    return isEqual(left, right)
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func isEqual<Value: Equatable>(_ left: Value, _ right: Any) -> Bool {
    (right as? Value) == left
}
