#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// TOML 1.0 (https://toml.io/en/v1.0.0) through toml++, as a flat list that Swift can walk.
///
/// No C++ exception crosses this header, and every input is bounded (the constants below), so that no text can
/// exhaust the stack or the memory of the caller.

/// A configuration of 1 MiB would be some ten thousand repositories; anything longer is not a configuration.
enum { CTOML_BYTES_MAX = 1 << 20 };

/// Arrays and inline tables within one another. The configuration needs one.
enum { CTOML_NESTING_MAX = 16 };

/// Dots in one line that is not a comment. A dotted key nests a table per dot, and toml++ 3.3 builds and frees such
/// tables by recursion without a limit of its own.
enum { CTOML_DOTS_MAX = 64 };

/// What the flat list may hold: each entry has a copy of its path, so depth, keys and entries are all bounded.
/// The configuration goes three deep, its longest name has 64 bytes, and a repository has some 25 keys.
enum { CTOML_DEPTH_MAX = 8, CTOML_KEY_BYTES_MAX = 128, CTOML_ENTRIES_MAX = 10000 };

typedef enum ctoml_kind {
    CTOML_TABLE = 0,
    CTOML_ARRAY = 1,
    CTOML_STRING = 2,
    CTOML_INTEGER = 3,
    CTOML_FLOAT = 4,
    CTOML_BOOLEAN = 5,
    CTOML_DATE = 6,
} ctoml_kind;

/// Borrowed UTF-8 without a terminator; valid until the document is freed.
typedef struct ctoml_text {
    const char *bytes;
    size_t count;
} ctoml_text;

/// Both from 1; 0 where toml++ does not know.
typedef struct ctoml_position {
    uint32_t line;
    uint32_t column;
} ctoml_position;

/// One key with its value, or one element of an array.
///
/// Tables and arrays have an entry of their own (with an empty value), so that empty ones are seen too; then follow
/// what they hold, except that a table or an array inside an array is not entered.
typedef struct ctoml_entry {
    ctoml_kind kind;
    /// How many components its path has: 2 for `lookahead` in `[wal]`.
    size_t component_count;
    /// The position within the array named by the path, or -1.
    int64_t element;
    ctoml_position position;
    ctoml_text value;
} ctoml_entry;

typedef struct ctoml_document ctoml_document;

/// Parses `count` bytes. The result is to be freed with `ctoml_free`; NULL means that memory ran out.
ctoml_document *ctoml_parse(const char *bytes, size_t count);

void ctoml_free(ctoml_document *document);

/// Whether the text was refused; then there are no entries, and the two functions below say why and where.
bool ctoml_failed(const ctoml_document *document);
ctoml_text ctoml_failure_message(const ctoml_document *document);
ctoml_position ctoml_failure_position(const ctoml_document *document);

/// Entries in the order of their keys, not of the text.
size_t ctoml_entry_count(const ctoml_document *document);

/// `index` below `ctoml_entry_count`; anything else gives an entry of zeros.
ctoml_entry ctoml_entry_at(const ctoml_document *document, size_t index);

/// `level` below the entry's `component_count`; anything else gives an empty text.
ctoml_text ctoml_component_at(const ctoml_document *document, size_t index, size_t level);

#ifdef __cplusplus
}
#endif
