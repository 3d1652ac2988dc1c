/// What a waiting receiver gets at last; nil in its place stands for waiting on.
enum Answer<Element: ~Copyable>: ~Copyable {
    case element(Element)
    case ended

    static func element(of answer: consuming Answer<Element>?) -> Element? {
        switch consume answer {
        case .element(let element): return element
        case .ended: return nil
        case nil: return nil
        }
    }
}

extension Answer: Sendable where Element: ~Copyable & Sendable {}
