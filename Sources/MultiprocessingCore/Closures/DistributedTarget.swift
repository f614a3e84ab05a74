import CMultiprocessing

/// The names of distributed methods, as the compiler makes them.
package enum DistributedTarget {
    /// Whether a name, which anybody may have chosen, is that of a distributed method of just this type.
    ///
    /// The runtime finds a method by its name alone and runs it on whatever object it is given. So the name is
    /// taken apart: what is not clearly a method of the type is none.
    package static func isMethod(_ name: String, of type: any Any.Type) -> Bool {
        guard name.utf8.count < 4096, name.hasPrefix("$s"), name.hasSuffix("TE"), exists(name),
            let text = demangled(name), let owner = owner(text)
        else { return false }
        guard owner == withoutArguments(_typeName(type, qualified: true)) else { return false }
        return !owner.contains("~") || isOnly(owner, in: text)
    }

    /// Whether the owner of this method is the only type of its kind that would have this owner's text.
    ///
    /// Two files may have private types of one name, and only the symbols say which is which.
    private static func isOnly(_ owner: String, in text: String) -> Bool {
        let names = allNames
        let files = Set(
            names.compactMap { demangled($0) }.filter { self.owner($0) == owner }.map {
                discriminators(in: $0)
            })
        return files == [discriminators(in: text)]
    }

    /// The names of a type's own methods that can be called.
    package static func names(of type: any Any.Type) -> [String] {
        allNames.filter { isMethod($0, of: type) }
    }

    /// The names of all distributed methods; none when the runtime's tables are not as expected.
    private static var allNames: [String] {
        final class Names {
            var all: [String] = []
        }
        let names = Names()
        let isExpected = withExtendedLifetime(names) {
            unsafe mp_visit_distributed_methods(
                { name, context in
                    let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
                    names.all.append(unsafe String(cString: name))
                }, Unmanaged.passUnretained(names).toOpaque())
        }
        return isExpected != 0 ? names.all : []
    }

    /// What stands for the files of private names in a symbol.
    private static func discriminators(in text: String) -> [String] {
        text.split(separator: " ").filter { $0.hasPrefix("_") }.map { word in
            String(word.prefix { $0 != ")" })
        }
    }

    /// The type that a method belongs to, as text; nil for anything that is no distributed method.
    static func owner(_ text: String) -> String? {
        let mark = "distributed thunk "
        guard text.hasPrefix(mark) else { return nil }
        var rest = text.dropFirst(mark.count)
        // The compiler calls methods of a constrained extension with the wrong conformances: they would crash.
        if rest.hasPrefix("(extension in "), rest.contains("< where ") { return nil }
        if rest.hasPrefix("(extension in ") {
            guard let end = rest.firstIndex(of: ":") else { return nil }
            rest = rest[rest.index(after: end)...]
        }
        guard let path = path(rest) else { return nil }
        var parts = path
        guard parts.count >= 2, parts.removeLast().isEmpty == false else { return nil }
        return parts.joined(separator: ".")
    }

    /// The parts of a qualified name that ends before a list of parameters; generic arguments left out.
    ///
    /// A private name is marked: `(Inventory in _0123)` in a symbol, and behind an unknown context in a type.
    private static func path(_ text: Substring) -> [String]? {
        var parts = [""]
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            switch character {
            case "(" where depth == 0:
                // At the beginning of a part it is a private name; elsewhere the parameters begin.
                guard parts[parts.count - 1].isEmpty else { return parts }
                guard let end = text[index...].firstIndex(of: ")") else { return nil }
                let words = text[text.index(after: index)..<end].split(separator: " ")
                if words.count == 3, words[1] == "in", words[2].hasPrefix("_") {
                    parts[parts.count - 1] = "~\(words[0])"
                    index = end
                } else if words.starts(with: ["unknown", "context", "at"]), text[end...].hasPrefix(").") {
                    parts[parts.count - 1] = "~"
                    index = text.index(after: end)
                } else {
                    return nil
                }
            case "<": depth += 1
            case ">" where depth > 0:
                if text[text.index(before: index)] != "-" { depth -= 1 }
            case "." where depth == 0: parts.append("")
            case " " where depth == 0, ":" where depth == 0: return nil
            default:
                if depth == 0 { parts[parts.count - 1].append(character) }
            }
            index = text.index(after: index)
        }
        return nil
    }

    /// A type's text without its generic arguments.
    static func withoutArguments(_ text: String) -> String {
        path(Substring(text + "("))?.joined(separator: ".") ?? text
    }

    static func exists(_ name: String) -> Bool {
        var name = name
        var found = unsafe mp_distributed_method()
        return name.withUTF8 { unsafe mp_find_distributed_method($0.baseAddress, $0.count, &found) != 0 }
    }

    /// The name in words; nil if it is no name of the compiler's.
    static func demangled(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { bytes in
            guard let text = unsafe mp_demangle(bytes.baseAddress, bytes.count) else { return nil }
            defer { unsafe mp_free(text) }
            return unsafe String(cString: text)
        }
    }
}
