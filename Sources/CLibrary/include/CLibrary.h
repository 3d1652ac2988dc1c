/// Shared libraries that are opened on first use instead of being linked: what a short-lived command does not need it
/// does not load.
///
/// A target lists the functions it uses once, as a macro that takes another one, and makes of it a table of typed
/// pointers and their names:
///
///     #define FUNCTIONS(use) use(PQfinish) use(PQstatus)
///     static struct { FUNCTIONS(CLIBRARY_MEMBER) } library;
///     static const char *const functions[] = {FUNCTIONS(CLIBRARY_NAME) NULL};
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/// A member with the function's name and, by the library's header, its type.
#define CLIBRARY_MEMBER(name) __typeof__(&name) name;
/// The function's name as text, with a comma.
#define CLIBRARY_NAME(name) #name,

/// Bytes that hold any reason for a failure.
enum { CLIBRARY_FAILURE_BYTES = 512 };

/// One library. Its memory is never given back.
typedef struct clibrary {
    /// For messages: `libpq`.
    const char *title;
    /// Names of its file, tried in this order; NULL behind the last.
    const char *const *files;
    /// Names of the functions; NULL behind the last.
    const char *const *functions;
    /// Where their addresses go, one behind the other.
    void *table;
    /// Runs once when all are found; answers false after writing why the library is of no use. May be NULL.
    bool (*begin)(char *failure, size_t capacity);

    /// Begins as PTHREAD_MUTEX_INITIALIZER; the rest is this target's own.
    pthread_mutex_t mutex;
    bool is_tried;
    bool is_loaded;
    char failure[CLIBRARY_FAILURE_BYTES];
} clibrary;

/// Opens the library and fills its table, unless that has been done; answers false after writing why that failed, the
/// same for every later call. Any thread may call it.
bool clibrary_load(clibrary *library, char *failure, size_t capacity);
