/// AWS's limits, which others share or exceed (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
enum S3Limit {
    /// 5 MiB, for all parts but the last.
    static let partBytesMin = 5 << 20
    static let partCountMax = 10_000
    /// 5 GiB, for a single PutObject or a part.
    static let putBytesMax = 5 << 30
}
