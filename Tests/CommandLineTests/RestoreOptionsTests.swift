import Testing
import trunkline

/// What a restore is asked is judged before anything is opened, and all at once.
@Suite struct RestoreOptionsTests {
    private func refusal(_ arguments: String...) -> String {
        Transcript.of(["restore"] + arguments, environment: ["TZ": "UTC"])
    }

    @Test func everythingWrongIsToldTogether() {
        #expect(
            refusal("--target-lsn=x", "--jobs=0", "--tablespace=a", "--target-timeline=0", "--target-inclusive=yes")
                == """
                ! trunkline: error: "restore" needs --to
                ! trunkline: hint: Name the directory that the data directory is to be.
                ! trunkline: error: --target-lsn takes a position such as 16/B374D848, found "x"
                ! trunkline: error: --target-timeline takes latest, current or a number, found "0"
                ! trunkline: error: --target-inclusive takes false, true, found "yes"
                ! trunkline: error: --tablespace takes OLD=NEW, where NEW is an absolute path, found "a"
                ! trunkline: error: --jobs takes 1 to 64, found "0"
                ! trunkline: error: --target-inclusive needs a target
                ! trunkline: hint: Give one of --target-time, --target-lsn and so on.
                ! trunkline: hint: See "trunkline restore --help".
                = 64
                """)
    }

    @Test func targetsExcludeEachOther() {
        let text = refusal("--to=/x", "--target-xid=700", "--target=immediate")
        #expect(text.contains("--target-xid and --target exclude each other"))
        #expect(text.hasSuffix("= 64"))
    }

    @Test func aTimeNeedsAZone() {
        let text = refusal("--to=/x", "--target-time=2026-11-25 14:30:00")
        #expect(text.contains("error: --target-time \"2026-11-25 14:30:00\" has no zone"))
        #expect(text.contains("hint: By the clock of this machine it is \"2026-11-25 14:30:00"))
        #expect(text.hasSuffix("= 64"))
        #expect(refusal("--to=/x", "--target-time=yesterday").contains("\"yesterday\" is no time"))
        #expect(refusal("--to=/x", "--target-time=2026-11-25 14:30 CET").contains("\"CET\" is no offset from UTC"))
    }

    @Test func numbersAndNamesHaveBounds() {
        #expect(refusal("--to=/x", "--target-xid=2").contains("--target-xid takes the number of a transaction"))
        #expect(refusal("--to=/x", "--target-name=").contains("--target-name has an empty value"))
    }
}
