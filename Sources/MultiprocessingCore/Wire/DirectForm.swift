/// How values are written that need no container; to be asked for once and used at once.
package struct DirectForm<Value> {
    let type: any DirectlyCoded.Type

    /// Appends a value.
    package func write(_ value: Value, to writer: inout ByteWriter) {
        type.write(value, to: &writer)
    }
}
