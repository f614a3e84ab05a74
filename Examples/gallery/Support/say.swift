import Glibc

/// Prints a line that leaves the process at once, also into a pipe or file: the lines of several processes then stand
/// in the order in which they were said.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
