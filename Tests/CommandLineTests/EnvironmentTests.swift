import Operations
import Storage
import Testing
import trunkline

@Suite struct EnvironmentTests {
    @Test func winsOverTheFile() throws {
        let configuration = try Reading.configuration(
            Reading.least,
            environment: [
                "TRUNKLINE_WAL_LOOKAHEAD": "7", "TRUNKLINE_WAL_PUSH_DEADLINE": "2min",
                "TRUNKLINE_CLUSTER_MAIN_PGDATA": "/x",
                "TRUNKLINE_REPOSITORY_LOCAL_URL": "s3://bucket/a/b", "TRUNKLINE_REPOSITORY_LOCAL_PART_SIZE": "8MiB",
                "TRUNKLINE_ENCRYPTION_RECIPIENTS": "a, b ,c", "TRUNKLINE_WAL_PREFETCH": "", "HOME": "/root",
            ])
        #expect(configuration.wal.lookahead == 7)
        #expect(configuration.wal.prefetch == 8)
        #expect(configuration.wal.pushDeadlineSeconds == 120)
        #expect(configuration.clusters.first?.dataDirectory == "/x")
        #expect(configuration.repositories.first?.s3?.location.prefix == "a/b")
        #expect(configuration.repositories.first?.partBytes == 8 << 20)
        #expect(configuration.encryption.recipients == ["a", "b", "c"])
    }

    @Test func aloneIsEnough() throws {
        let configuration = try Configuration(
            entries: [],
            environment: [
                "TRUNKLINE_CLUSTER_MY_DB_PGDATA": "/data", "TRUNKLINE_REPOSITORY_OFF_SITE_URL": "file:///b",
                "TRUNKLINE_ENCRYPTION_MODE": "none", "TRUNKLINE_CLUSTER": "my-db", "TRUNKLINE_CONFIG": "/c",
            ], file: nil)
        #expect(configuration.clusters.map(\.stateDirectory) == ["/var/lib/trunkline/my-db"])
        #expect(configuration.repositories.map(\.name) == ["off-site"])
    }

    @Test func namesOfTheFileAreFound() throws {
        let text = Reading.least.replacing("[repository.local]", with: "[repository.\"My.own-disk\"]")
        let configuration = try Reading.configuration(
            text, environment: ["TRUNKLINE_REPOSITORY_MY_OWN_DISK_REQUIRED": "true"])
        #expect(configuration.repositories.map(\.name) == ["My.own-disk"])
    }

    @Test func theLongestKeyIsMeant() throws {
        let text = Reading.least + "[repository.far]\nurl = \"s3://bucket\"\naccess-key-id = \"A\"\n"
        let configuration = try Reading.configuration(
            text, environment: ["TRUNKLINE_REPOSITORY_FAR_SECRET_ACCESS_KEY_FILE": "/secret"])
        #expect(
            configuration.repositories.last?.s3?.access
                == .fixed(accessKeyID: "A", secret: .file("/secret"), sessionToken: nil))
    }

    @Test func whatIsWrongNamesTheVariable() {
        let text = Reading.least.replacing(
            "[encryption]",
            with: "[repository.a-b]\nurl = \"file:///x\"\n[repository.a_b]\nurl = \"file:///y\"\n[encryption]")
        let complaints = Reading.complaints(
            text,
            environment: [
                "TRUNKLINE_CONFG": "/x", "TRUNKLINE_SERVICE_HOST": "10.0.0.1", "TRUNKLINE_PORT": "tcp://10.0.0.1:80",
                "TRUNKLINE_WAL_LOOKAHED": "3", "TRUNKLINE_WAL_THREADS": "two", "TRUNKLINE_REPOSITORY_URL": "x",
                "TRUNKLINE_REPOSITORY_LOCAL_ULR": "x", "TRUNKLINE_REPOSITORY_A_B_URL": "file:///z",
                "TRUNKLINE_REPOSITORY_LOCAL_REQUIRED": "yes",
            ])
        #expect(
            complaints == [
                "TRUNKLINE_CONFG: unknown variable", "  Did you mean TRUNKLINE_CONFIG?",
                "TRUNKLINE_REPOSITORY_A_B_URL: \"a-b\" and \"a_b\" have the same name here", "  Rename one of them.",
                "TRUNKLINE_REPOSITORY_LOCAL_ULR: unknown variable",
                "  Such variables are written like TRUNKLINE_REPOSITORY_<NAME>_URL.",
                "TRUNKLINE_REPOSITORY_URL: unknown variable",
                "  Such variables are written like TRUNKLINE_REPOSITORY_<NAME>_URL.",
                "TRUNKLINE_WAL_LOOKAHED: unknown variable", "  Did you mean TRUNKLINE_WAL_LOOKAHEAD?",
                "TRUNKLINE_REPOSITORY_LOCAL_REQUIRED: \"required\" takes true or false, found \"yes\"",
                "TRUNKLINE_WAL_THREADS: \"threads\" takes an integer, found \"two\"",
            ])
    }

    /// Every key can be set by its variable.
    @Test(arguments: ConfigurationKeys.all)
    func everyKeyHasAVariable(_ key: ConfigurationKey) {
        let variable = key.variable.replacing("<NAME>", with: key.section == .cluster ? "MAIN" : "LOCAL")
        let complaints = Reading.complaints(Reading.least, environment: [variable: "\u{1}"])
        #expect(!complaints.contains { $0.contains("unknown variable") }, "\(variable): \(complaints)")
    }
}
