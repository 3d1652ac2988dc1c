#include "CCurl.h"

#include <CLibrary.h>
#include <curl/curl.h>
#include <stdio.h>

// Every libcurl function in use: the name in the library, and the type from its header.
#define FUNCTIONS(use)                                                                                                 \
    use(curl_global_init) use(curl_version) use(curl_easy_init) use(curl_easy_cleanup) use(curl_easy_setopt)           \
    use(curl_easy_getinfo) use(curl_easy_strerror) use(curl_slist_append) use(curl_slist_free_all)                     \
    use(curl_share_init) use(curl_share_setopt) use(curl_share_cleanup) use(curl_multi_init)                           \
    use(curl_multi_cleanup) use(curl_multi_setopt) use(curl_multi_add_handle) use(curl_multi_remove_handle)            \
    use(curl_multi_perform) use(curl_multi_poll) use(curl_multi_wakeup) use(curl_multi_info_read)                      \
    use(curl_multi_strerror)

// curl.h wraps the setters in type-checking macros; the table calls the functions themselves.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_share_setopt
#undef curl_multi_setopt

static struct { FUNCTIONS(CLIBRARY_MEMBER) } library;

// The usual build first, then Debian's two others, which have the same functions.
static const char *const files[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4", NULL};
static const char *const functions[] = {FUNCTIONS(CLIBRARY_NAME) NULL};

static bool begin(char *failure, size_t capacity) {
    CURLcode result = library.curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) snprintf(failure, capacity, "%s", library.curl_easy_strerror(result));
    return result == CURLE_OK;
}

static clibrary image = {
    .title = "libcurl", .files = files, .functions = functions, .table = &library, .begin = begin,
    .mutex = PTHREAD_MUTEX_INITIALIZER,
};

bool ccurl_load(char *failure, size_t capacity) { return clibrary_load(&image, failure, capacity); }

const char *ccurl_version(void) { return library.curl_version(); }
const char *ccurl_easy_failure(int result) { return library.curl_easy_strerror((CURLcode)result); }
const char *ccurl_multi_failure(int result) { return library.curl_multi_strerror((CURLMcode)result); }

ccurl_easy *ccurl_easy_new(void) { return (ccurl_easy *)library.curl_easy_init(); }
void ccurl_easy_free(ccurl_easy *easy) { library.curl_easy_cleanup((CURL *)easy); }

static int set_pointer(ccurl_easy *easy, CURLoption option, void *value) {
    return library.curl_easy_setopt((CURL *)easy, option, value);
}

int ccurl_easy_set_text(ccurl_easy *easy, ccurl_text_option option, const char *text) {
    return library.curl_easy_setopt((CURL *)easy, (CURLoption)option, text);
}

int ccurl_easy_set_number(ccurl_easy *easy, ccurl_number_option option, long number) {
    return library.curl_easy_setopt((CURL *)easy, (CURLoption)option, number);
}

int ccurl_easy_set_upload_bytes(ccurl_easy *easy, int64_t count) {
    return library.curl_easy_setopt((CURL *)easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)count);
}

int ccurl_easy_set_error_buffer(ccurl_easy *easy, char *buffer) {
    return set_pointer(easy, CURLOPT_ERRORBUFFER, buffer);
}

int ccurl_easy_set_headers(ccurl_easy *easy, ccurl_list *list) { return set_pointer(easy, CURLOPT_HTTPHEADER, list); }
int ccurl_easy_set_share(ccurl_easy *easy, ccurl_share *share) { return set_pointer(easy, CURLOPT_SHARE, share); }

int ccurl_easy_set_context(ccurl_easy *easy, void *context) {
    const CURLoption options[] = {
        CURLOPT_PRIVATE, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA,
    };
    int result = 0;
    for (size_t i = 0; i < sizeof options / sizeof *options && result == 0; i++) {
        result = set_pointer(easy, options[i], context);
    }
    return result;
}

int ccurl_easy_set_source(ccurl_easy *easy, ccurl_bytes_function read, ccurl_seek_function seek) {
    int result = library.curl_easy_setopt((CURL *)easy, CURLOPT_READFUNCTION, read);
    return result ? result : (int)library.curl_easy_setopt((CURL *)easy, CURLOPT_SEEKFUNCTION, seek);
}

int ccurl_easy_set_sinks(ccurl_easy *easy, ccurl_bytes_function header, ccurl_bytes_function body) {
    int result = library.curl_easy_setopt((CURL *)easy, CURLOPT_HEADERFUNCTION, header);
    return result ? result : (int)library.curl_easy_setopt((CURL *)easy, CURLOPT_WRITEFUNCTION, body);
}

long ccurl_easy_connection_count(ccurl_easy *easy) {
    long count = 0;
    library.curl_easy_getinfo((CURL *)easy, CURLINFO_NUM_CONNECTS, &count);
    return count;
}

ccurl_list *ccurl_list_append(ccurl_list *list, const char *text) {
    return (ccurl_list *)library.curl_slist_append((struct curl_slist *)list, text);
}

void ccurl_list_free(ccurl_list *list) { library.curl_slist_free_all((struct curl_slist *)list); }

ccurl_share *ccurl_share_new(void) {
    CURLSH *share = library.curl_share_init();
    if (share && library.curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
        library.curl_share_cleanup(share);
        return NULL;
    }
    return (ccurl_share *)share;
}

void ccurl_share_free(ccurl_share *share) { library.curl_share_cleanup((CURLSH *)share); }

ccurl_multi *ccurl_multi_new(void) { return (ccurl_multi *)library.curl_multi_init(); }
void ccurl_multi_free(ccurl_multi *multi) { library.curl_multi_cleanup((CURLM *)multi); }

int ccurl_multi_set_limit(ccurl_multi *multi, ccurl_limit limit, long number) {
    return library.curl_multi_setopt((CURLM *)multi, (CURLMoption)limit, number);
}

int ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy) {
    return library.curl_multi_add_handle((CURLM *)multi, (CURL *)easy);
}

int ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy) {
    return library.curl_multi_remove_handle((CURLM *)multi, (CURL *)easy);
}

int ccurl_multi_perform(ccurl_multi *multi, int *running) {
    return library.curl_multi_perform((CURLM *)multi, running);
}

int ccurl_multi_poll(ccurl_multi *multi, int milliseconds) {
    return library.curl_multi_poll((CURLM *)multi, NULL, 0, milliseconds, NULL);
}

int ccurl_multi_wakeup(ccurl_multi *multi) { return library.curl_multi_wakeup((CURLM *)multi); }

bool ccurl_multi_next(ccurl_multi *multi, ccurl_completion *completion) {
    int left = 0;
    for (CURLMsg *message; (message = library.curl_multi_info_read((CURLM *)multi, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        completion->easy = (ccurl_easy *)message->easy_handle;
        completion->result = message->data.result;
        completion->context = NULL;
        library.curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &completion->context);
        return true;
    }
    return false;
}

// The numbers in the header are libcurl's.
#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours);
SAME(CCURL_ERROR_BYTES, CURL_ERROR_SIZE)
SAME(CCURL_READ_ABORT, CURL_READFUNC_ABORT)
SAME(CCURL_SEEK_DONE, CURL_SEEKFUNC_OK)
SAME(CCURL_SEEK_FAILED, CURL_SEEKFUNC_FAIL)
SAME(CCURL_TEXT_URL, CURLOPT_URL)
SAME(CCURL_TEXT_PROXY, CURLOPT_PROXY)
SAME(CCURL_TEXT_USER_AGENT, CURLOPT_USERAGENT)
SAME(CCURL_TEXT_METHOD, CURLOPT_CUSTOMREQUEST)
SAME(CCURL_TEXT_CA_FILE, CURLOPT_CAINFO)
SAME(CCURL_NUMBER_UPLOAD, CURLOPT_UPLOAD)
SAME(CCURL_NUMBER_FOLLOW_REDIRECTS, CURLOPT_FOLLOWLOCATION)
SAME(CCURL_NUMBER_TLS_VERSION_MIN, CURLOPT_SSLVERSION)
SAME(CCURL_NUMBER_VERIFY_PEER, CURLOPT_SSL_VERIFYPEER)
SAME(CCURL_NUMBER_VERIFY_HOST, CURLOPT_SSL_VERIFYHOST)
SAME(CCURL_NUMBER_HTTP_VERSION, CURLOPT_HTTP_VERSION)
SAME(CCURL_NUMBER_RECEIVE_BUFFER_BYTES, CURLOPT_BUFFERSIZE)
SAME(CCURL_NUMBER_NO_SIGNAL, CURLOPT_NOSIGNAL)
SAME(CCURL_NUMBER_CONNECT_MILLISECONDS, CURLOPT_CONNECTTIMEOUT_MS)
SAME(CCURL_NUMBER_PROTOCOLS, CURLOPT_PROTOCOLS)
SAME(CCURL_NUMBER_TCP_KEEPALIVE, CURLOPT_TCP_KEEPALIVE)
SAME(CCURL_NUMBER_PATH_AS_IS, CURLOPT_PATH_AS_IS)
SAME(CCURL_NUMBER_SUPPRESS_PROXY_HEADERS, CURLOPT_SUPPRESS_CONNECT_HEADERS)
SAME(CCURL_NUMBER_SEND_BUFFER_BYTES, CURLOPT_UPLOAD_BUFFERSIZE)
SAME(CCURL_NUMBER_QUICK_EXIT, CURLOPT_QUICK_EXIT)
SAME(CCURL_HTTP_1_1, CURL_HTTP_VERSION_1_1)
SAME(CCURL_TLS_1_2, CURL_SSLVERSION_TLSv1_2)
SAME(CCURL_PROTOCOL_HTTP, CURLPROTO_HTTP)
SAME(CCURL_PROTOCOL_HTTPS, CURLPROTO_HTTPS)
SAME(CCURL_LIMIT_CACHED_CONNECTIONS, CURLMOPT_MAXCONNECTS)
SAME(CCURL_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_PROXY)
SAME(CCURL_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_HOST)
SAME(CCURL_COULDNT_CONNECT, CURLE_COULDNT_CONNECT)
SAME(CCURL_PARTIAL_FILE, CURLE_PARTIAL_FILE)
SAME(CCURL_WRITE_ERROR, CURLE_WRITE_ERROR)
SAME(CCURL_OUT_OF_MEMORY, CURLE_OUT_OF_MEMORY)
SAME(CCURL_TIMED_OUT, CURLE_OPERATION_TIMEDOUT)
SAME(CCURL_TLS_CONNECT_ERROR, CURLE_SSL_CONNECT_ERROR)
SAME(CCURL_GOT_NOTHING, CURLE_GOT_NOTHING)
SAME(CCURL_SEND_ERROR, CURLE_SEND_ERROR)
SAME(CCURL_RECEIVE_ERROR, CURLE_RECV_ERROR)
SAME(CCURL_TLS_CERTIFICATE, CURLE_PEER_FAILED_VERIFICATION)
SAME(CCURL_TLS_CA_FILE, CURLE_SSL_CACERT_BADFILE)
