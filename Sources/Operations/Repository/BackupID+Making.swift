package import Format
package import Platform

extension BackupID {
    /// A new id of the second that `now` is in, with a random part.
    ///
    /// Years that four digits cannot show do not occur on a clock that is set.
    package static func make(now: UnixTime) -> BackupID {
        let digits = Entropy.bytes(randomDigitCount / 2).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        guard let id = BackupID("\(now.basicISO())-\(digits.joined())") else {
            preconditionFailure("a moment and eight digits are an id")
        }
        return id
    }
}
