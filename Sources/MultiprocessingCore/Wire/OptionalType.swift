/// Lets code that knows a type only at run time ask whether it is an optional.
private protocol OptionalType {}

extension Optional: OptionalType {}

/// Whether a type is an optional; a runtime lookup, so asked only where a value looks absent.
func isOptional(_ type: Any.Type) -> Bool {
    type is any OptionalType.Type
}
