#include "PlaneShift.hpp"

namespace {

/// Plane 16, "Supplementary Private Use Area-B" (Unicode, chapter 23.5).
constexpr uint32_t plane = 0x100000;

/// One character and the bytes it takes; no bytes when the text is not UTF-8 there (RFC 3629, section 4).
struct Character {
    uint32_t code;
    size_t byte_count;
};

Character character_at(std::string_view text, size_t index) {
    auto byte = [&](size_t offset) -> uint32_t {
        return index + offset < text.size() ? static_cast<unsigned char>(text[index + offset]) : 0;
    };
    uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint32_t code = first & (0x7Fu >> count);
    for (size_t offset = 1; offset < count; offset++) {
        if ((byte(offset) & 0xC0) != 0x80) return {0, 0};
        code = code << 6 | (byte(offset) & 0x3F);
    }
    constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    bool is_valid = first >= 0xC2 && first <= 0xF4 && code >= least[count] && code <= 0x10FFFF && !is_surrogate;
    return {code, is_valid ? count : 0};
}

/// Appends a character above U+007F.
void append(std::string &text, uint32_t code) {
    auto trail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x800) {
        text += static_cast<char>(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | code >> 12), trail(6);
    } else {
        text += static_cast<char>(0xF0 | code >> 18), trail(12), trail(6);
    }
    trail(0);
}

} // namespace

PlaneShift::PlaneShift(std::string_view source) {
    uint32_t current = 1;
    // A byte order mark may stand in front.
    size_t index = source.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    while (index < source.size()) {
        Character character = character_at(source, index);
        if (character.byte_count == 0 || character.code >= plane) {
            line = current;
            fault = character.byte_count == 0 ? "this is not UTF-8" : "a character of Unicode's last plane";
            return;
        }
        if (character.code == '\n') current += 1;
        bool is_shifted = character.code >= 0x80 && character.code < 0x10000;
        if (is_shifted) append(text, plane + character.code);
        else text.append(source.substr(index, character.byte_count));
        index += character.byte_count;
    }
}

std::string PlaneShift::undo(std::string_view text) {
    std::string result;
    for (size_t index = 0; index < text.size();) {
        Character character = character_at(text, index);
        bool is_shifted = character.byte_count > 0 && character.code >= plane + 0x80;
        size_t byte_count = character.byte_count > 0 ? character.byte_count : 1;
        if (is_shifted) append(result, character.code - plane);
        else result.append(text.substr(index, byte_count));
        index += byte_count;
    }
    return result;
}
