/// A small HTTP server over libmicrohttpd, for answers that are at hand: one thread, few connections, no bodies taken.
///
/// libmicrohttpd is not linked: only the agent needs it. `chttp_load` opens the library on first use and looks its
/// functions up; no server can be started before it has answered true.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct chttp_server chttp_server;
typedef struct chttp_reply chttp_reply;

/// What a server takes upon itself at most.
typedef struct chttp_limits {
    /// At once; further ones wait in the kernel, or are refused.
    unsigned int connections;
    /// Without a byte moving, after which a connection is closed.
    unsigned int timeout_seconds;
    /// For the request and the headers of the answer, per connection. A longer request is refused with 431 or 414.
    size_t connection_bytes;
    /// Of the one thread.
    size_t stack_bytes;
} chttp_limits;

/// Answers one request by exactly one call of `chttp_answer`. Runs on the server's thread; `method` and `path`, which
/// is decoded and has no query, are valid during the call.
typedef void (*chttp_function)(void *context, const char *method, const char *path, chttp_reply *reply);

/// False after writing the reason when libmicrohttpd cannot be used.
bool chttp_load(char *failure, size_t capacity);

/// Whether the text is an IPv4 or IPv6 address in numbers.
bool chttp_is_address(const char *text);

/// Starts to serve on such an address; port 0 for any that is free. NULL with a number of errno(3) in `error` when that
/// is refused. Needs `chttp_load`.
chttp_server *chttp_start(
    const char *address, uint16_t port, const chttp_limits *limits, chttp_function function, void *context, int *error);

/// The port that it serves on.
uint16_t chttp_port(const chttp_server *server);

/// Copies `bytes`. `allow` is the value of the header of that name, NULL for none.
void chttp_answer(
    chttp_reply *reply, unsigned int status, const char *type, const char *allow, const void *bytes, size_t count);

/// Ends every connection and the thread; then the function is not called any more.
void chttp_stop(chttp_server *server);
