/// The program's version, as CHANGELOG.md has it.
package enum Version {
    package static let number = "0.1.0"
}
