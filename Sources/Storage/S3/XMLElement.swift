/// An element of a small XML document: its name without a namespace prefix, its own text, its children.
package struct XMLElement: Sendable, Equatable {
    /// Without a prefix.
    package let name: String
    /// All of the element's own text, joined.
    package internal(set) var text = ""
    /// In the order of the document.
    package internal(set) var children: [XMLElement] = []

    init(name: String) { self.name = name }

    /// The text of the first child of that name.
    package func text(of name: String) -> String? {
        children.first { $0.name == name }?.text
    }
}
