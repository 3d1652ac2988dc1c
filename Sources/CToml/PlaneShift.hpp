#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Keeps toml++ 3.3 away from the characters that it asks its table of white space about.
///
/// For most characters from U+00A1 to U+FEFE outside of strings, and for white space behind a line-ending backslash
/// inside them, that table runs into code which it tells the compiler is never reached. Characters above U+FFFF are
/// answered before. So everything else outside of ASCII is moved to the last plane of Unicode, which is for private use,
/// before the text is parsed, and moved back in what comes out.
struct PlaneShift {
    std::string text;
    /// The line of the first fault, or 0: then `text` is whole.
    uint32_t line = 0;
    const char *fault = nullptr;

    /// Shifts UTF-8. Malformed UTF-8 is a fault, and so are characters of that last plane itself.
    explicit PlaneShift(std::string_view source);

    /// Back again; `text` is what a parser made of shifted text, and still UTF-8.
    static std::string undo(std::string_view text);
};
