#include "CToml.h"
#include "PlaneShift.hpp"

// toml++ 3.3 asserts some of what a text decides: "[.]" begins a key with what cannot begin one. An assertion must end
// neither the process nor, compiled out, in undefined behaviour, so that it throws, and the text is refused.
struct AssertionFailed {};
#undef NDEBUG
#define TOML_ASSERT(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) throw AssertionFailed{};                                                                     \
    } while (false)

#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include <algorithm>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

static_assert(TOML_MAX_NESTED_VALUES == CTOML_NESTING_MAX, "the header states the bound that toml++ is given");

namespace {

struct Entry {
    ctoml_kind kind;
    int64_t element;
    ctoml_position position;
    std::vector<std::string> path;
    std::string value;
};

ctoml_position position_of(const toml::source_position &position) {
    return {static_cast<uint32_t>(position.line), static_cast<uint32_t>(position.column)};
}

ctoml_text text_of(std::string_view text) { return {text.data(), text.size()}; }

ctoml_kind kind_of(const toml::node &node) {
    switch (node.type()) {
    case toml::node_type::table: return CTOML_TABLE;
    case toml::node_type::array: return CTOML_ARRAY;
    case toml::node_type::string: return CTOML_STRING;
    case toml::node_type::integer: return CTOML_INTEGER;
    case toml::node_type::floating_point: return CTOML_FLOAT;
    case toml::node_type::boolean: return CTOML_BOOLEAN;
    default: return CTOML_DATE;
    }
}

/// The value as text; strings are decoded, tables and arrays are empty.
std::string value_of(const toml::node &node) {
    if (const auto *string = node.as_string()) return PlaneShift::undo(string->get());
    if (const auto *integer = node.as_integer()) return std::to_string(integer->get());
    if (const auto *boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    std::ostringstream text;
    if (const auto *real = node.as_floating_point()) text << real->get();
    if (const auto *date = node.as_date()) text << date->get();
    if (const auto *time = node.as_time()) text << time->get();
    if (const auto *moment = node.as_date_time()) text << moment->get();
    return text.str();
}

/// The first line with too many dots, or 0. A key cannot span lines, so this bounds the depth of every dotted key
/// without knowing where strings begin and end; a line that starts with '#' never holds a key.
uint32_t line_with_too_many_dots(std::string_view text) {
    uint32_t line = 1;
    size_t dots = 0;
    bool blank = true, comment = false;
    for (char character : text) {
        if (character == '\n') {
            line += 1, dots = 0, blank = true, comment = false;
            continue;
        }
        comment = comment || (blank && character == '#');
        blank = blank && (character == ' ' || character == '\t');
        if (character == '.' && !comment && ++dots > CTOML_DOTS_MAX) return line;
    }
    return 0;
}

bool breaks_assertion(std::string_view text) {
    try {
        static_cast<void>(toml::parse(text));
    } catch (const toml::parse_error &) {
        // An earlier end makes other errors; they do not count.
    } catch (const AssertionFailed &) {
        return true;
    }
    return false;
}

/// The line that breaks an assertion of toml++. It reads from front to back, so that every text that ends after this
/// line breaks it too, and none that ends before: bisection finds it.
uint32_t line_that_breaks_assertion(std::string_view text) {
    std::vector<size_t> ends;
    for (size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) ends.push_back(end + 1);
    auto first = std::partition_point(
        ends.begin(), ends.end(), [&](size_t end) { return !breaks_assertion(text.substr(0, end)); });
    return static_cast<uint32_t>(first - ends.begin()) + 1;
}

} // namespace

struct ctoml_document {
    bool failed = false;
    std::string message;
    ctoml_position position{0, 0};
    std::vector<Entry> entries;

    void fail(std::string_view why, ctoml_position where) {
        failed = true;
        message = why;
        position = where;
        entries.clear();
    }

    void parse(std::string_view source) {
        if (source.size() > CTOML_BYTES_MAX) return fail("longer than 1 MiB", {0, 0});
        PlaneShift shift(source);
        if (shift.fault) return fail(shift.fault, {shift.line, 0});
        std::string_view text = shift.text;
        if (uint32_t line = line_with_too_many_dots(text)) return fail("more than 64 dots in one line", {line, 0});
        try {
            std::vector<std::string> path;
            add_table(toml::parse(text), path);
        } catch (const toml::parse_error &error) {
            fail(PlaneShift::undo(error.description()), position_of(error.source().begin));
        } catch (const AssertionFailed &) {
            fail("a key or value that begins with an unexpected character", {line_that_breaks_assertion(text), 0});
        }
    }

  private:
    void add_table(const toml::table &table, std::vector<std::string> &path) {
        for (auto &&[key, node] : table) {
            if (failed) return;
            auto where = position_of(key.source().begin ? key.source().begin : node.source().begin);
            if (key.str().size() > CTOML_KEY_BYTES_MAX) return fail("a key longer than 128 bytes", where);
            if (path.size() == CTOML_DEPTH_MAX) return fail("keys nested more than 8 deep", where);
            path.push_back(PlaneShift::undo(key.str()));
            add(node, -1, where, path);
            if (const auto *inner = node.as_table()) add_table(*inner, path);
            if (const auto *inner = node.as_array()) add_elements(*inner, path);
            path.pop_back();
        }
    }

    void add_elements(const toml::array &array, const std::vector<std::string> &path) {
        int64_t element = 0;
        for (auto &&node : array) {
            if (failed) return;
            add(node, element, position_of(node.source().begin), path);
            element += 1;
        }
    }

    void add(const toml::node &node, int64_t element, ctoml_position where, const std::vector<std::string> &path) {
        if (entries.size() == CTOML_ENTRIES_MAX) return fail("more than 10,000 keys and values", where);
        entries.push_back({kind_of(node), element, where, path, value_of(node)});
    }
};

ctoml_document *ctoml_parse(const char *bytes, size_t count) {
    auto *document = new (std::nothrow) ctoml_document;
    if (!document) return nullptr;
    try {
        document->parse(std::string_view(bytes, count));
        return document;
    } catch (...) {
        // Only memory can run out here.
        delete document;
        return nullptr;
    }
}

void ctoml_free(ctoml_document *document) { delete document; }

bool ctoml_failed(const ctoml_document *document) { return document->failed; }

ctoml_text ctoml_failure_message(const ctoml_document *document) { return text_of(document->message); }

ctoml_position ctoml_failure_position(const ctoml_document *document) { return document->position; }

size_t ctoml_entry_count(const ctoml_document *document) { return document->entries.size(); }

ctoml_entry ctoml_entry_at(const ctoml_document *document, size_t index) {
    if (index >= document->entries.size()) return {CTOML_TABLE, 0, -1, {0, 0}, {nullptr, 0}};
    const Entry &entry = document->entries[index];
    return {entry.kind, entry.path.size(), entry.element, entry.position, text_of(entry.value)};
}

ctoml_text ctoml_component_at(const ctoml_document *document, size_t index, size_t level) {
    if (index >= document->entries.size()) return {nullptr, 0};
    const auto &path = document->entries[index].path;
    return level < path.size() ? text_of(path[level]) : ctoml_text{nullptr, 0};
}
