/// libpq behind typed functions, and the checksum of PostgreSQL's data pages.
///
/// libpq is not linked: its twenty shared libraries cost milliseconds before `main`, which a command that PostgreSQL
/// starts for every segment must not pay. `cpostgres_load` opens the library on first use and looks its functions up;
/// no other function that takes or makes a connection may be called before it has answered true.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cpostgres_connection cpostgres_connection;
typedef struct cpostgres_result cpostgres_result;
typedef struct cpostgres_cancel cpostgres_cancel;

/// What a result is; the numbers are of this header's own.
typedef enum cpostgres_kind {
    /// A statement without rows is done.
    CPOSTGRES_DONE = 0,
    /// All rows, or the end of them in row-by-row mode.
    CPOSTGRES_ROWS = 1,
    /// One row in row-by-row mode.
    CPOSTGRES_ROW = 2,
    /// The server, or libpq, says no.
    CPOSTGRES_FAILED = 3,
    /// What nothing here asks for, such as COPY.
    CPOSTGRES_OTHER = 4,
} cpostgres_kind;

/// A part of the server's report on a failed statement. The numbers are libpq's, checked when this is compiled.
typedef enum cpostgres_field {
    /// `FATAL` and the like, in English.
    CPOSTGRES_FIELD_SEVERITY = 'V',
    CPOSTGRES_FIELD_STATE = 'C',
    CPOSTGRES_FIELD_PRIMARY = 'M',
    CPOSTGRES_FIELD_DETAIL = 'D',
    CPOSTGRES_FIELD_HINT = 'H',
} cpostgres_field;

/// Is given notices and warnings of the server, one at a time, during the calls below.
typedef void (*cpostgres_notice_function)(void *context, const char *message);

/// Opens libpq once for the whole process; thread-safe. False leaves a text in `failure`, cut to fit.
bool cpostgres_load(char *failure, size_t capacity);

/// Connects, and blocks meanwhile. NULL when memory ran out; else `cpostgres_is_connected` tells whether it worked.
/// `info` is a connection string, and `timeout` a number of seconds that holds unless `info` names one; either may be
/// NULL. Text comes as UTF-8.
cpostgres_connection *cpostgres_connect(const char *info, const char *timeout);
void cpostgres_close(cpostgres_connection *connection);
bool cpostgres_is_connected(const cpostgres_connection *connection);
/// Of the last failed call; never NULL.
const char *cpostgres_failure(const cpostgres_connection *connection);
void cpostgres_set_notice(cpostgres_connection *connection, cpostgres_notice_function notice, void *context);

/// 170004 for 17.4; 0 without connection.
int cpostgres_server_version(const cpostgres_connection *connection);
/// NULL where libpq knows none.
const char *cpostgres_host(const cpostgres_connection *connection);
const char *cpostgres_port(const cpostgres_connection *connection);
const char *cpostgres_database(const cpostgres_connection *connection);

/// Sends one statement with text parameters, of which any may be NULL.
bool cpostgres_send(cpostgres_connection *connection, const char *sql, int count, const char *const *parameters);
/// Makes the rows of the statement just sent come one by one.
bool cpostgres_set_single_rows(cpostgres_connection *connection);
/// Waits until something can be read: 1; 0 when `milliseconds` passed or a signal came; -1 when it cannot wait.
int cpostgres_wait(cpostgres_connection *connection, int milliseconds);
/// Takes in what has arrived; false when the connection is broken.
bool cpostgres_consume(cpostgres_connection *connection);
/// Whether `cpostgres_next` would block.
bool cpostgres_is_busy(cpostgres_connection *connection);
/// The next result of the statement; NULL after the last one.
cpostgres_result *cpostgres_next(cpostgres_connection *connection);

void cpostgres_result_free(cpostgres_result *result);
cpostgres_kind cpostgres_result_kind(const cpostgres_result *result);
int cpostgres_result_rows(const cpostgres_result *result);
int cpostgres_result_columns(const cpostgres_result *result);
/// NULL for SQL's null; otherwise `count` bytes that live as long as the result.
const char *cpostgres_result_value(const cpostgres_result *result, int row, int column, size_t *count);
/// NULL where the report lacks the part.
const char *cpostgres_result_field(const cpostgres_result *result, cpostgres_field field);
/// libpq's own words for the failure; never NULL.
const char *cpostgres_result_failure(const cpostgres_result *result);

/// What another thread needs to interrupt the connection's statement; outlives the connection. NULL without connection.
cpostgres_cancel *cpostgres_cancel_new(cpostgres_connection *connection);
void cpostgres_cancel_free(cpostgres_cancel *cancel);
/// Asks the server, over a connection of its own; whether anything was running is not known.
bool cpostgres_cancel_request(cpostgres_cancel *cancel);

/// Bytes of a data page; other sizes, which need a server compiled for them, are not supported.
enum { CPOSTGRES_PAGE_BYTES = 8192 };

/// The checksum that belongs into a page with this block number; what stands there now does not matter. Any alignment.
uint16_t cpostgres_page_checksum(const void *page, uint32_t block);

/// The first of `count` pages, from `from` on, whose checksum is wrong; `count` when there is none.
///
/// Passed over are new pages (pd_upper is 0), which have no checksum, and those with an LSN of `start` or later.
/// `block` is the block number of page 0.
size_t cpostgres_next_bad_page(const void *pages, size_t count, size_t from, uint32_t block, uint64_t start);
