import Platform
import Storage
import TestSupport
import Testing

@Suite struct CredentialTests {
    private func find(_ source: any CredentialSource) throws -> (Credentials?, [String]) {
        var seen: [String] = []
        return (try source.credentials(seen: &seen), seen)
    }

    private func write(_ text: String, _ name: String, in directory: TemporaryDirectory) throws -> String {
        let path = "\(directory.path)/\(name)"
        let file = try Descriptor.open(path, .truncate)
        try file.write(Array(text.utf8).span.bytes)
        return path
    }

    @Test func environment() throws {
        let source = EnvironmentCredentials([
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
        ])
        #expect(
            try find(source).0
                == Credentials(accessKeyID: "key", secretAccessKey: "secret", sessionToken: "token"))
        #expect(try find(EnvironmentCredentials([:])).1 == ["AWS_ACCESS_KEY_ID is not set"])
        #expect(
            try find(EnvironmentCredentials(["AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": ""])).1
                == ["AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"])
    }

    @Test func iniFile() {
        let file = IniFile(
            Array(
                """
                # comment
                ignored = 1
                [default]
                AWS_Access_Key_ID = key
                aws_secret_access_key=a#b;c=d ; trailing comment
                s3 =
                  max_concurrent_requests = 20
                [ profile   other ] # comment
                region = eu-west-1\r
                not an assignment
                """.utf8))
        #expect(
            file.sections == [
                "default": ["aws_access_key_id": "key", "aws_secret_access_key": "a#b;c=d", "s3": ""],
                "profile other": ["region": "eu-west-1"],
            ])
        #expect(IniFile([]).sections.isEmpty)
        #expect(IniFile([0xFF, 0x5B, 0x0A, 0x5D]).sections.isEmpty)
    }

    @Test func profilesOfTheSharedFiles() throws {
        let directory = try TemporaryDirectory()
        let environment = [
            "AWS_SHARED_CREDENTIALS_FILE": try write(
                "[default]\naws_access_key_id=a\naws_secret_access_key=b\n", "credentials", in: directory),
            "AWS_CONFIG_FILE": try write(
                """
                [default]
                region = eu-central-1
                [profile backup]
                aws_access_key_id = c
                aws_secret_access_key = d
                aws_session_token = e
                region = eu-west-3
                [profile role]
                role_arn = arn
                """, "config", in: directory),
        ]
        #expect(
            try find(SharedCredentials(profile: nil, environment: environment)).0
                == Credentials(accessKeyID: "a", secretAccessKey: "b"))
        let named = environment.merging(["AWS_PROFILE": "backup"]) { $1 }
        #expect(
            try find(SharedCredentials(profile: nil, environment: named)).0
                == Credentials(accessKeyID: "c", secretAccessKey: "d", sessionToken: "e"))
        let (none, seen) = try find(SharedCredentials(profile: "role", environment: environment))
        #expect(none == nil)
        #expect(seen.contains { $0.contains("has no section [role]") })
        #expect(seen.contains { $0.contains("uses role_arn, which is not supported") })

        let files = SharedFiles(environment: environment)
        #expect(try files.region(profile: nil, environment: environment) == "eu-central-1")
        #expect(try files.region(profile: nil, environment: named) == "eu-west-3")
        #expect(try files.region(profile: nil, environment: named.merging(["AWS_REGION": "x"]) { $1 }) == "x")
    }

    @Test func freshCredentialsAreReadAfterForgetting() throws {
        let directory = try TemporaryDirectory()
        let path = try write("[default]\naws_access_key_id=a\naws_secret_access_key=b\n", "credentials", in: directory)
        let source = SharedCredentials(
            profile: nil, environment: ["AWS_SHARED_CREDENTIALS_FILE": path, "HOME": directory.path])
        #expect(try find(source).0?.accessKeyID == "a")
        _ = try write("[default]\naws_access_key_id=z\naws_secret_access_key=b\n", "credentials", in: directory)
        #expect(try find(source).0?.accessKeyID == "a")
        // What another thread has refused meanwhile is not what is remembered.
        #expect(source.forget(Credentials(accessKeyID: "other", secretAccessKey: "b")))
        #expect(try find(source).0?.accessKeyID == "a")
        #expect(source.forget(Credentials(accessKeyID: "a", secretAccessKey: "b")))
        #expect(try find(source).0?.accessKeyID == "z")
    }

    @Test func chainNamesEverythingItLookedAt() throws {
        let directory = try TemporaryDirectory()
        let chain = CredentialChain.standard(
            configured: nil, profile: nil, environment: ["HOME": directory.path])
        let (none, seen) = try find(chain)
        #expect(none == nil)
        #expect(
            seen == [
                "the configuration has no access-key-id", "AWS_ACCESS_KEY_ID is not set",
                "there is no \"\(directory.path)/.aws/credentials\"", "there is no \"\(directory.path)/.aws/config\"",
            ])
        #expect(
            try find(CredentialChain.standard(configured: nil, profile: nil, environment: [:])).1.last
                == "HOME is not set, so there are no shared files")
    }

    @Test func configurationComesFirst() throws {
        let environment = ["AWS_ACCESS_KEY_ID": "e", "AWS_SECRET_ACCESS_KEY": "s"]
        let configured = Credentials(accessKeyID: "c", secretAccessKey: "s")
        #expect(
            try find(CredentialChain.standard(configured: configured, profile: nil, environment: environment)).0?
                .accessKeyID == "c")
        #expect(
            try find(CredentialChain.standard(configured: nil, profile: nil, environment: environment)).0?.accessKeyID
                == "e")
        // A profile that the configuration names is not overridden by variables.
        #expect(try find(CredentialChain.standard(configured: nil, profile: "x", environment: environment)).0 == nil)
    }
}
