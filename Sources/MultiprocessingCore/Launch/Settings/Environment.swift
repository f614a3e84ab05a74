import CMultiprocessing

/// The environment of this process.
package enum Environment {
    /// All variables, as `NAME=value`, in their order.
    package static var variables: [String] {
        var variables: [String] = []
        guard var next = unsafe mp_environment() else { return variables }
        while let variable = unsafe next.pointee {
            unsafe variables.append(String(cString: variable))
            unsafe next = unsafe next.successor()
        }
        return variables
    }

    /// A number that tells one state of the environment from another.
    static var fingerprint: UInt64 { mp_environment_fingerprint() }
}
