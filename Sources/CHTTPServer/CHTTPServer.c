#include "CHTTPServer.h"

#include <CLibrary.h>
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Every libmicrohttpd function in use: the name in the library, and the type from its header.
#define FUNCTIONS(use)                                                                                                 \
    use(MHD_start_daemon) use(MHD_stop_daemon) use(MHD_create_response_from_buffer) use(MHD_add_response_header)       \
    use(MHD_queue_response) use(MHD_destroy_response)

static struct { FUNCTIONS(CLIBRARY_MEMBER) } library;

static const char *const files[] = {"libmicrohttpd.so.12", NULL};
static const char *const functions[] = {FUNCTIONS(CLIBRARY_NAME) NULL};

static clibrary image = {
    .title = "libmicrohttpd", .files = files, .functions = functions, .table = &library,
    .mutex = PTHREAD_MUTEX_INITIALIZER,
};

struct chttp_server {
    struct MHD_Daemon *daemon;
    chttp_function function;
    void *context;
    uint16_t port;
};

struct chttp_reply {
    struct MHD_Connection *connection;
    enum MHD_Result result;
};

// Either kind of address, as bind(2) takes it.
typedef union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
} address;

bool chttp_load(char *failure, size_t capacity) { return clibrary_load(&image, failure, capacity); }

// The length of the address; 0 when the text is none.
static socklen_t parse(const char *text, uint16_t port, address *result) {
    memset(result, 0, sizeof *result);
    if (inet_pton(AF_INET, text, &result->four.sin_addr) == 1) {
        result->four.sin_family = AF_INET;
        result->four.sin_port = htons(port);
        return sizeof result->four;
    }
    if (inet_pton(AF_INET6, text, &result->six.sin6_addr) == 1) {
        result->six.sin6_family = AF_INET6;
        result->six.sin6_port = htons(port);
        return sizeof result->six;
    }
    return 0;
}

bool chttp_is_address(const char *text) {
    address unused;
    return parse(text, 0, &unused) > 0;
}

// A listening socket of our own: so the reason of a refusal is known, and the port that the kernel chose.
static int listening(const char *text, uint16_t port, const chttp_limits *limits, uint16_t *chosen) {
    address place;
    socklen_t length = parse(text, port, &place);
    if (length == 0) {
        errno = EINVAL;
        return -1;
    }
    int descriptor = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // "[::]" means what it says, not IPv4 as well.
    if (place.any.sa_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(descriptor, &place.any, length) == 0 && listen(descriptor, (int)limits->connections) == 0 &&
        getsockname(descriptor, &place.any, &length) == 0) {
        *chosen = ntohs(place.any.sa_family == AF_INET ? place.four.sin_port : place.six.sin6_port);
        return descriptor;
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

// Called when the headers are there, for each piece of a body, and once the request is complete. Only an answer to a
// complete request leaves the connection open; one that is not read at all is answered at once, so that nobody sends a
// body for nothing.
static enum MHD_Result handle(
    void *context, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
    const char *upload, size_t *upload_bytes, void **state) {
    static int begun;
    (void)version;
    (void)upload;
    bool is_read = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (is_read && !*state) {
        *state = &begun;
        return MHD_YES;
    }
    // Who reads has no body to send.
    if (*upload_bytes > 0) return MHD_NO;
    const chttp_server *server = context;
    chttp_reply reply = {.connection = connection, .result = MHD_NO};
    server->function(server->context, method, path, &reply);
    return reply.result;
}

void chttp_answer(
    chttp_reply *reply, unsigned int status, const char *type, const char *allow, const void *bytes, size_t count) {
    // The signature lacks a const; the bytes are copied.
    struct MHD_Response *response =
        library.MHD_create_response_from_buffer(count, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    if (!response) return;
    library.MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (allow) library.MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    reply->result = library.MHD_queue_response(reply->connection, status, response);
    library.MHD_destroy_response(response);
}

// The thread inherits that all signals are blocked but those of faults, which have their handler. It uses poll(2): with
// epoll (seen with libmicrohttpd 0.9.75) a place that has come free may stay unused until another connection times out.
static struct MHD_Daemon *start_quietly(chttp_server *server, int descriptor, const chttp_limits *limits) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    struct MHD_Daemon *daemon = library.MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, handle, server,
        MHD_OPTION_LISTEN_SOCKET, descriptor, MHD_OPTION_CONNECTION_LIMIT, limits->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, limits->timeout_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        limits->connection_bytes, MHD_OPTION_THREAD_STACK_SIZE, limits->stack_bytes, MHD_OPTION_END);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return daemon;
}

chttp_server *chttp_start(
    const char *address, uint16_t port, const chttp_limits *limits, chttp_function function, void *context,
    int *error) {
    chttp_server *server = calloc(1, sizeof *server);
    if (!server) {
        *error = ENOMEM;
        return NULL;
    }
    server->function = function;
    server->context = context;
    int descriptor = listening(address, port, limits, &server->port);
    if (descriptor >= 0) {
        // The library does not always say why.
        errno = 0;
        server->daemon = start_quietly(server, descriptor, limits);
        if (server->daemon) return server;
        *error = errno ? errno : EAGAIN;
        close(descriptor);
    } else {
        *error = errno;
    }
    free(server);
    return NULL;
}

uint16_t chttp_port(const chttp_server *server) { return server->port; }

void chttp_stop(chttp_server *server) {
    library.MHD_stop_daemon(server->daemon);
    free(server);
}
