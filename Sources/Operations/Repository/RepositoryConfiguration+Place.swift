extension RepositoryConfiguration {
    /// Which place the section means, as one line: what was found out about a place holds for no other, also when the
    /// section keeps its name.
    var place: String {
        let parts = [url, s3?.endpoint.map { "at \($0)" }, s3?.region.map { "in \($0)" }]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}
