import CMultiprocessing
import Glibc

/// Signals by their numbers and names.
package enum Signal {
    package static let kill = SIGKILL
    package static let terminate = SIGTERM
    package static let interrupt = SIGINT

    /// The name of a signal, such as "SIGKILL"; "signal 77" for one without a name.
    package static func name(of number: Int32) -> String {
        guard let name = unsafe mp_signal_name(number) else { return "signal \(number)" }
        return unsafe "SIG" + String(cString: name)
    }
}
