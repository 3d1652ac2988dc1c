#include "CPostgres.h"

// Debian keeps the header in a directory that other systems do not have.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

#include <CLibrary.h>
#include <errno.h>
#include <poll.h>

// Every libpq function in use: the name in the library, and the type from its header.
#define FUNCTIONS(use)                                                                                                 \
    use(PQconnectdbParams) use(PQfinish) use(PQstatus) use(PQerrorMessage) use(PQsetNoticeProcessor)                   \
    use(PQserverVersion) use(PQhost) use(PQport) use(PQdb) use(PQsendQueryParams) use(PQsetSingleRowMode)              \
    use(PQsocket) use(PQconsumeInput) use(PQisBusy) use(PQgetResult) use(PQclear) use(PQresultStatus)                  \
    use(PQntuples) use(PQnfields) use(PQgetisnull) use(PQgetlength) use(PQgetvalue) use(PQresultErrorField)            \
    use(PQresultErrorMessage) use(PQgetCancel) use(PQfreeCancel) use(PQcancel)

static struct { FUNCTIONS(CLIBRARY_MEMBER) } library;

static const char *const files[] = {"libpq.so.5", NULL};
static const char *const functions[] = {FUNCTIONS(CLIBRARY_NAME) NULL};

static clibrary image = {
    .title = "libpq", .files = files, .functions = functions, .table = &library, .mutex = PTHREAD_MUTEX_INITIALIZER,
};

bool cpostgres_load(char *failure, size_t capacity) { return clibrary_load(&image, failure, capacity); }

static void ignore_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

cpostgres_connection *cpostgres_connect(const char *info, const char *timeout) {
    // What stands behind "dbname", which takes the connection string apart, wins over it; what stands before loses.
    const char *keywords[] = {
        "fallback_application_name", "connect_timeout", "dbname", "client_encoding", NULL,
    };
    const char *values[] = {"trunkline", timeout, info, "UTF8", NULL};
    PGconn *connection = library.PQconnectdbParams(keywords, values, 1);
    // Without this, libpq writes notices to the standard error stream.
    if (connection) library.PQsetNoticeProcessor(connection, ignore_notice, NULL);
    return (cpostgres_connection *)connection;
}

void cpostgres_close(cpostgres_connection *connection) { library.PQfinish((PGconn *)connection); }

bool cpostgres_is_connected(const cpostgres_connection *connection) {
    return library.PQstatus((const PGconn *)connection) == CONNECTION_OK;
}

const char *cpostgres_failure(const cpostgres_connection *connection) {
    return library.PQerrorMessage((const PGconn *)connection);
}

void cpostgres_set_notice(cpostgres_connection *connection, cpostgres_notice_function notice, void *context) {
    library.PQsetNoticeProcessor((PGconn *)connection, notice, context);
}

int cpostgres_server_version(const cpostgres_connection *connection) {
    return library.PQserverVersion((const PGconn *)connection);
}

const char *cpostgres_host(const cpostgres_connection *connection) {
    return library.PQhost((const PGconn *)connection);
}

const char *cpostgres_port(const cpostgres_connection *connection) {
    return library.PQport((const PGconn *)connection);
}

const char *cpostgres_database(const cpostgres_connection *connection) {
    return library.PQdb((const PGconn *)connection);
}

bool cpostgres_send(cpostgres_connection *connection, const char *sql, int count, const char *const *parameters) {
    return library.PQsendQueryParams((PGconn *)connection, sql, count, NULL, parameters, NULL, NULL, 0) == 1;
}

bool cpostgres_set_single_rows(cpostgres_connection *connection) {
    return library.PQsetSingleRowMode((PGconn *)connection) == 1;
}

int cpostgres_wait(cpostgres_connection *connection, int milliseconds) {
    struct pollfd wanted = {.fd = library.PQsocket((PGconn *)connection), .events = POLLIN};
    if (wanted.fd < 0) return -1;
    int count = poll(&wanted, 1, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -1;
    return count;
}

bool cpostgres_consume(cpostgres_connection *connection) { return library.PQconsumeInput((PGconn *)connection) == 1; }
bool cpostgres_is_busy(cpostgres_connection *connection) { return library.PQisBusy((PGconn *)connection) == 1; }

cpostgres_result *cpostgres_next(cpostgres_connection *connection) {
    return (cpostgres_result *)library.PQgetResult((PGconn *)connection);
}

void cpostgres_result_free(cpostgres_result *result) { library.PQclear((PGresult *)result); }

cpostgres_kind cpostgres_result_kind(const cpostgres_result *result) {
    switch (library.PQresultStatus((const PGresult *)result)) {
        case PGRES_EMPTY_QUERY:
        case PGRES_COMMAND_OK: return CPOSTGRES_DONE;
        case PGRES_TUPLES_OK: return CPOSTGRES_ROWS;
        case PGRES_SINGLE_TUPLE: return CPOSTGRES_ROW;
        case PGRES_FATAL_ERROR:
        case PGRES_BAD_RESPONSE: return CPOSTGRES_FAILED;
        default: return CPOSTGRES_OTHER;
    }
}

int cpostgres_result_rows(const cpostgres_result *result) { return library.PQntuples((const PGresult *)result); }
int cpostgres_result_columns(const cpostgres_result *result) { return library.PQnfields((const PGresult *)result); }

const char *cpostgres_result_value(const cpostgres_result *result, int row, int column, size_t *count) {
    const PGresult *rows = (const PGresult *)result;
    if (library.PQgetisnull(rows, row, column)) return NULL;
    *count = (size_t)library.PQgetlength(rows, row, column);
    return library.PQgetvalue(rows, row, column);
}

const char *cpostgres_result_field(const cpostgres_result *result, cpostgres_field field) {
    return library.PQresultErrorField((const PGresult *)result, (int)field);
}

const char *cpostgres_result_failure(const cpostgres_result *result) {
    return library.PQresultErrorMessage((const PGresult *)result);
}

cpostgres_cancel *cpostgres_cancel_new(cpostgres_connection *connection) {
    return (cpostgres_cancel *)library.PQgetCancel((PGconn *)connection);
}

void cpostgres_cancel_free(cpostgres_cancel *cancel) { library.PQfreeCancel((PGcancel *)cancel); }

bool cpostgres_cancel_request(cpostgres_cancel *cancel) {
    char failure[256];
    return library.PQcancel((PGcancel *)cancel, failure, sizeof failure) == 1;
}

// The numbers in the header are those of postgres_ext.h.
#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours);
SAME(CPOSTGRES_FIELD_SEVERITY, PG_DIAG_SEVERITY_NONLOCALIZED)
SAME(CPOSTGRES_FIELD_STATE, PG_DIAG_SQLSTATE)
SAME(CPOSTGRES_FIELD_PRIMARY, PG_DIAG_MESSAGE_PRIMARY)
SAME(CPOSTGRES_FIELD_DETAIL, PG_DIAG_MESSAGE_DETAIL)
SAME(CPOSTGRES_FIELD_HINT, PG_DIAG_MESSAGE_HINT)
