internal import Operations
internal import Platform

/// A command that PostgreSQL runs through a shell: this program by its path, and how it finds its repository.
enum ServerCommand {
    /// `words`, in which `%f` and `%p` stand for themselves, with the options that name the configuration.
    static func text(_ words: String, file: String?, cluster: String?) -> String {
        var parts = [program, words]
        if let file, file != ConfigurationFile.defaultPath { parts.append("--config \(quoted(file))") }
        if let cluster { parts.append("--cluster \(quoted(cluster))") }
        return parts.joined(separator: " ")
    }

    /// The same with options that stand in for a configuration.
    static func text(_ words: String, options: [(name: String, value: String)]) -> String {
        ([program, words] + options.map { "--\($0.name) \(quoted($0.value))" }).joined(separator: " ")
    }

    private static var program: String { quoted((try? Process.selfPath()) ?? "trunkline") }

    /// For the shell, in double quotes where it has to be, and with per cent signs doubled for PostgreSQL.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"\"'$`\\&;|<>()*?[]#~%!{}".utf8.contains(byte)
        }
        guard !isPlain || word.isEmpty else { return word }
        var text = "\""
        for character in word {
            switch character {
            case "\"", "$", "`", "\\": text += "\\\(character)"
            case "%": text += "%%"
            default: text.append(character)
            }
        }
        return text + "\""
    }
}
