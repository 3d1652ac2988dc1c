internal import Format
internal import Operations
internal import Platform

/// A command that PostgreSQL runs through a shell: this program by its path, or the agent's client where it stands
/// beside it, and how they find the repository.
enum ServerCommand {
    /// What PostgreSQL wants done, with its own placeholders.
    enum Deed: String {
        case push = "push %p"
        case fetch = "fetch %f %p"
    }

    /// With the options that name the configuration, and the agent's socket where that is not the usual one.
    static func text(_ deed: Deed, of configuration: Configuration, file: String?, cluster: String?) -> String {
        var parts = client.map { [quoted($0), deed.rawValue] } ?? [program, "wal", deed.rawValue]
        if let file, file != ConfigurationFile.defaultPath { parts.append("--config \(quoted(file))") }
        if let cluster { parts.append("--cluster \(quoted(cluster))") }
        let socket = configuration.agent.socket
        if client != nil, socket != AgentProtocol.defaultSocket { parts.append("--socket \(quoted(socket))") }
        return parts.joined(separator: " ")
    }

    /// With options that stand in for a configuration, which no agent has.
    static func text(_ deed: Deed, options: [(name: String, value: String)]) -> String {
        ([program, "wal", deed.rawValue] + options.map { "--\($0.name) \(quoted($0.value))" }).joined(separator: " ")
    }

    /// `trunkline-wal` beside this program; nil where it is not installed.
    private static let client: String? = {
        guard let own = try? Process.selfPath(), let directory = FileSystem.parent(of: own) else { return nil }
        let path = "\(directory == "/" ? "" : directory)/trunkline-wal"
        return ((try? FileSystem.status(of: path)) ?? nil)?.kind == .regular ? path : nil
    }()

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
