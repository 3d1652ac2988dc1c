/// Typed functions over libcurl, which Swift cannot call by itself because its setters are variadic.
///
/// libcurl is not linked: its thirty shared libraries cost about 4 ms before `main`, which a command that PostgreSQL
/// starts for every segment must not pay when it only writes to a directory. `ccurl_load` opens the library on first
/// use and looks its functions up; no other function here may be called before it has answered true.
///
/// Results of type int are CURLcode or CURLMcode, 0 for success.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ccurl_easy ccurl_easy;
typedef struct ccurl_multi ccurl_multi;
typedef struct ccurl_share ccurl_share;
typedef struct ccurl_list ccurl_list;

/// Bytes of a buffer given to `ccurl_easy_set_error_buffer` (CURL_ERROR_SIZE).
enum { CCURL_ERROR_BYTES = 256 };

/// What the read and write functions answer to end a transfer (CURL_READFUNC_ABORT; anything but the count for a
/// write), and what a seek function answers.
enum { CCURL_READ_ABORT = 0x10000000, CCURL_SEEK_DONE = 0, CCURL_SEEK_FAILED = 1 };

/// Options whose value is text, copied by libcurl. The numbers are libcurl's own, checked when this is compiled.
typedef enum ccurl_text_option {
    CCURL_TEXT_URL = 10002,
    CCURL_TEXT_PROXY = 10004,
    CCURL_TEXT_USER_AGENT = 10018,
    CCURL_TEXT_METHOD = 10036,
    CCURL_TEXT_CA_FILE = 10065,
} ccurl_text_option;

/// Options whose value is a number or a switch.
typedef enum ccurl_number_option {
    CCURL_NUMBER_UPLOAD = 46,
    CCURL_NUMBER_FOLLOW_REDIRECTS = 52,
    CCURL_NUMBER_TLS_VERSION_MIN = 32,
    CCURL_NUMBER_VERIFY_PEER = 64,
    CCURL_NUMBER_VERIFY_HOST = 81,
    CCURL_NUMBER_HTTP_VERSION = 84,
    CCURL_NUMBER_RECEIVE_BUFFER_BYTES = 98,
    CCURL_NUMBER_NO_SIGNAL = 99,
    CCURL_NUMBER_CONNECT_MILLISECONDS = 156,
    CCURL_NUMBER_PROTOCOLS = 181,
    CCURL_NUMBER_TCP_KEEPALIVE = 213,
    CCURL_NUMBER_PATH_AS_IS = 234,
    CCURL_NUMBER_SUPPRESS_PROXY_HEADERS = 265,
    CCURL_NUMBER_SEND_BUFFER_BYTES = 280,
    CCURL_NUMBER_QUICK_EXIT = 322,
} ccurl_number_option;

/// Values of the options above.
enum { CCURL_HTTP_1_1 = 2, CCURL_TLS_1_2 = 6, CCURL_PROTOCOL_HTTP = 1, CCURL_PROTOCOL_HTTPS = 2 };

/// Limits of a multi handle.
typedef enum ccurl_limit {
    CCURL_LIMIT_CACHED_CONNECTIONS = 6,
} ccurl_limit;

/// The outcomes (CURLcode) that callers tell apart; the rest have only a text.
typedef enum ccurl_result {
    CCURL_OK = 0,
    CCURL_COULDNT_RESOLVE_PROXY = 5,
    CCURL_COULDNT_RESOLVE_HOST = 6,
    CCURL_COULDNT_CONNECT = 7,
    CCURL_PARTIAL_FILE = 18,
    CCURL_WRITE_ERROR = 23,
    CCURL_OUT_OF_MEMORY = 27,
    CCURL_TIMED_OUT = 28,
    CCURL_TLS_CONNECT_ERROR = 35,
    CCURL_GOT_NOTHING = 52,
    CCURL_SEND_ERROR = 55,
    CCURL_RECEIVE_ERROR = 56,
    CCURL_TLS_CERTIFICATE = 60,
    CCURL_TLS_CA_FILE = 77,
} ccurl_result;

/// Moves `size * count` bytes; answers how many it took or gave.
typedef size_t (*ccurl_bytes_function)(char *bytes, size_t size, size_t count, void *context);

/// Moves the read position to `offset` bytes from the start; `origin` is always 0 (SEEK_SET).
typedef int (*ccurl_seek_function)(void *context, int64_t offset, int origin);

/// One finished transfer.
typedef struct ccurl_completion {
    ccurl_easy *easy;
    void *context;
    int result;
} ccurl_completion;

/// Opens libcurl once for the whole process; thread-safe. False leaves a text in `failure`, cut to fit.
bool ccurl_load(char *failure, size_t capacity);
/// libcurl's own version text, such as "libcurl/7.88.1 OpenSSL/3.0.17 …".
const char *ccurl_version(void);
/// libcurl's words for a CURLcode.
const char *ccurl_easy_failure(int result);
/// libcurl's words for a CURLMcode.
const char *ccurl_multi_failure(int result);

ccurl_easy *ccurl_easy_new(void);
void ccurl_easy_free(ccurl_easy *easy);
int ccurl_easy_set_text(ccurl_easy *easy, ccurl_text_option option, const char *text);
int ccurl_easy_set_number(ccurl_easy *easy, ccurl_number_option option, long number);
int ccurl_easy_set_upload_bytes(ccurl_easy *easy, int64_t count);
/// `buffer` has CCURL_ERROR_BYTES bytes and outlives the handle.
int ccurl_easy_set_error_buffer(ccurl_easy *easy, char *buffer);
/// `list` outlives the transfer.
int ccurl_easy_set_headers(ccurl_easy *easy, ccurl_list *list);
int ccurl_easy_set_share(ccurl_easy *easy, ccurl_share *share);
/// `context` is handed to every function below and to `ccurl_multi_next`.
int ccurl_easy_set_context(ccurl_easy *easy, void *context);
int ccurl_easy_set_source(ccurl_easy *easy, ccurl_bytes_function read, ccurl_seek_function seek);
int ccurl_easy_set_sinks(ccurl_easy *easy, ccurl_bytes_function header, ccurl_bytes_function body);
/// The number of connections the transfer had to open: 0 when it used one that stood.
long ccurl_easy_connection_count(ccurl_easy *easy);

/// A list with `text` copied to its end; NULL, with the list as it was, when memory ran out.
ccurl_list *ccurl_list_append(ccurl_list *list, const char *text);
void ccurl_list_free(ccurl_list *list);

/// TLS sessions kept across handles. Not locked: every handle that uses it belongs to one thread.
ccurl_share *ccurl_share_new(void);
void ccurl_share_free(ccurl_share *share);

ccurl_multi *ccurl_multi_new(void);
void ccurl_multi_free(ccurl_multi *multi);
int ccurl_multi_set_limit(ccurl_multi *multi, ccurl_limit limit, long number);
int ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy);
int ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy);
/// Moves whatever bytes can be moved now.
int ccurl_multi_perform(ccurl_multi *multi, int *running);
/// Waits for a socket, for `ccurl_multi_wakeup`, or for the time to pass.
int ccurl_multi_poll(ccurl_multi *multi, int milliseconds);
/// The only function of a multi handle that another thread may call.
int ccurl_multi_wakeup(ccurl_multi *multi);
/// Takes the next finished transfer; false when there is none.
bool ccurl_multi_next(ccurl_multi *multi, ccurl_completion *completion);
