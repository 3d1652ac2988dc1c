// archive_library = 'trunkline_archive': PostgreSQL's archiver asks the agent itself, without a process per segment.
//
// The protocol is that of docs/AGENT.md, over one connection that is kept. Everything that goes wrong closes the
// connection and is a WARNING and `false`: PostgreSQL tries again by itself, for ever. Nothing is allocated here,
// because the archiver never frees what is; an ERROR may only come from the server's own functions, and closes the
// connection on its way.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // struct ucred
#endif
#include "postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#if PG_VERSION_NUM >= 160000
#include "archive/archive_module.h"
#else
#include "postmaster/pgarch.h"
#endif
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/wait_event.h"

PG_MODULE_MAGIC;

// The frames: a header that is the same in every version, then the body.
#define PROTOCOL_VERSION 1
#define HEADER_BYTES 12
#define BODY_BYTES_MAX 16384
#define KIND_PUSH 0x01
#define KIND_FINISHED 0x81
#define KIND_WORKING 0x82
#define KIND_DECLINED 0x83

// The agent says once a second that it is at work; after this long without a word it is taken for dead.
#define SILENCE_MS 5000
// Between two tries to get into the queue of an agent that is busy, for which there is nothing to wait.
#define RETRY_MS 20
// Longer than the agent's own deadline for a push (wal.push-deadline, 5 minutes), so that its answer comes first.
#define TIMEOUT_SECONDS_DEFAULT 360
// A day: the greatest deadline the agent can have.
#define TIMEOUT_SECONDS_MAX 86400
// What a message quotes of what went wrong.
#define CAUSE_BYTES 512

static char *socket_path;
static char *cluster;
static char *configuration;
static int timeout_seconds;

// What one round of question and answer came to.
typedef enum {
    ANSWERED,
    // The connection broke before the first octet of an answer: one that was kept may be an old agent's.
    STALE,
    FAILED,
} outcome;

static pgsocket connection = PGINVALID_SOCKET;
static bool latch_was_set;
static char request[HEADER_BYTES + BODY_BYTES_MAX];
static unsigned char reply[BODY_BYTES_MAX + 1];
static char cause[CAUSE_BYTES];
static const char *hint;

PGDLLEXPORT void _PG_init(void);

static outcome fail(const char *advice, const char *format, ...) pg_attribute_printf(2, 3);

// Remembers why; the message follows once the connection is closed.
static outcome fail(const char *advice, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(cause, sizeof cause, format, arguments);
    va_end(arguments);
    hint = advice;
    return FAILED;
}

static int64 now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32 wait_event(void) {
#if PG_VERSION_NUM >= 170000
    static uint32 event;

    if (event == 0) event = WaitEventExtensionNew("TrunklineArchive");
    return event;
#else
    return PG_WAIT_EXTENSION;
#endif
}

static void close_connection(void) {
    if (connection == PGINVALID_SOCKET) return;
    close(connection);
    connection = PGINVALID_SOCKET;
    ReleaseExternalFD();
}

// Waits for `events` of the connection, or only for time; false when `until` has come or the server shuts down.
static bool wait_until(int events, int64 until) {
    int64 left = until - now_ms();
    int happened;

    if (left <= 0) {
        fail("The agent is overloaded or hangs; its log says more.", "it has not answered in time");
        return false;
    }
    happened = WaitLatchOrSocket(
        MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | events, connection, (long)left, wait_event());
    if (happened & WL_LATCH_SET) {
        ResetLatch(MyLatch);
        latch_was_set = true;
        CHECK_FOR_INTERRUPTS();
    }
    if (ShutdownRequestPending) {
        fail("The file is archived after the next start.", "the server shuts down");
        return false;
    }
    return true;
}

// -- The connection

// Whether who listens may say that a segment is safe: this user, or root, who listens in systemd's stead.
static bool is_trusted(void) {
    struct ucred peer;
    socklen_t length = sizeof peer;

    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
    return peer.uid == geteuid() || peer.uid == 0;
}

// An unconnected socket in `connection`.
static bool open_socket(void) {
    if (!AcquireExternalFD()) {
        fail(NULL, "could not open a socket: %s", strerror(errno));
        return false;
    }
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection == PGINVALID_SOCKET) {
        fail(NULL, "could not open a socket: %s", strerror(errno));
        ReleaseExternalFD();
        return false;
    }
    return true;
}

static outcome connect_to_agent(int64 until) {
    static const char *const advice = "Start \"trunkline agent\", or correct trunkline_archive.socket.";
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    // check_socket has seen to it that there is room for the zero at the end, too.
    memcpy(address.sun_path, socket_path, strlen(socket_path));
    if (!open_socket()) return FAILED;
    while (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return fail(advice, "could not connect to \"%s\": %s", socket_path, strerror(errno));
        if (!wait_until(0, Min(until, now_ms() + RETRY_MS))) return FAILED;
    }
    if (!is_trusted()) {
        return fail("Let the agent run as the user of the server.", "\"%s\" belongs to another user", socket_path);
    }
    return ANSWERED;
}

static outcome send_request(int length, int64 until) {
    int done = 0;

    while (done < length) {
        ssize_t count = send(connection, request + done, length - done, MSG_NOSIGNAL);

        if (count >= 0) {
            done += (int)count;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_until(WL_SOCKET_WRITEABLE, until)) return FAILED;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            fail("It has stopped or crashed; its log says more.", "the agent has closed the connection");
            return STALE;
        } else if (errno != EINTR) {
            return fail(NULL, "could not send: %s", strerror(errno));
        }
    }
    return ANSWERED;
}

// Reads exactly `length` octets.
static outcome receive(unsigned char *octets, int length, int64 until) {
    int done = 0;

    while (done < length) {
        ssize_t count = recv(connection, octets + done, length - done, 0);

        if (count > 0) {
            done += (int)count;
        } else if (count == 0 || errno == ECONNRESET) {
            fail("It has stopped or crashed; its log says more.", "the agent has closed the connection");
            return done == 0 ? STALE : FAILED;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_until(WL_SOCKET_READABLE, until)) return FAILED;
        } else if (errno != EINTR) {
            return fail(NULL, "could not receive: %s", strerror(errno));
        }
    }
    return ANSWERED;
}

// -- Question and answer

static unsigned number16(const unsigned char *octets) { return octets[0] | (unsigned)octets[1] << 8; }

// Appends one text to the request; false when it does not fit, or is none.
static bool append_text(int *length, const char *text) {
    size_t count = strlen(text);

    if (count > (size_t)(HEADER_BYTES + BODY_BYTES_MAX - 2 - *length)) {
        fail("Shorten the paths.", "the question does not fit into a frame");
        return false;
    }
    if (!pg_verify_mbstr(PG_UTF8, text, (int)count, true)) {
        fail("Use archive_command for such a directory.", "a path is not UTF-8");
        return false;
    }
    request[(*length)++] = (char)(count & 0xFF);
    request[(*length)++] = (char)(count >> 8);
    memcpy(request + *length, text, count);
    *length += (int)count;
    return true;
}

// The octets of the question; 0 when it cannot be asked.
static int compose(const char *path) {
    const char *texts[] = {configuration ? configuration : "", cluster ? cluster : "", DataDir, path, ""};
    int length = HEADER_BYTES;
    uint32 body;

    for (int index = 0; index < lengthof(texts); index++) {
        if (!append_text(&length, texts[index])) return 0;
    }
    body = (uint32)(length - HEADER_BYTES);
    memcpy(request, "TLWA", 4);
    request[4] = PROTOCOL_VERSION;
    request[5] = 0;
    request[6] = KIND_PUSH;
    request[7] = 0;
    for (int index = 0; index < 4; index++) request[8 + index] = (char)(body >> (8 * index) & 0xFF);
    return length;
}

// Reads one frame into `reply`, whose end gets a zero; tells its kind and the octets of its body.
static outcome read_frame(int64 until, int *kind, int *length) {
    static const char *const advice = "Install an agent and a module of one release.";
    unsigned char header[HEADER_BYTES];
    uint32 body;
    outcome result = receive(header, HEADER_BYTES, until);

    if (result != ANSWERED) return result;
    if (memcmp(header, "TLWA", 4) != 0) return fail(advice, "it does not speak the agent's protocol");
    if (number16(header + 4) != PROTOCOL_VERSION) {
        return fail(advice, "the agent speaks version %u of the protocol, not %d", number16(header + 4),
                    PROTOCOL_VERSION);
    }
    body = number16(header + 8) | (uint32)number16(header + 10) << 16;
    if (body > BODY_BYTES_MAX) return fail(advice, "an answer has %u bytes, at most %d are allowed", body,
                                           BODY_BYTES_MAX);
    result = receive(reply, (int)body, until);
    reply[body] = 0;
    *kind = header[6];
    *length = (int)body;
    return result == STALE ? FAILED : result;
}

// The text at `start` of the reply, which it must fill to its end; NULL when it does not. Without its last newline.
static char *reply_text(int start, int length) {
    char *text = (char *)reply + start + 2;

    if (length < start + 2 || (int)number16(reply + start) != length - start - 2) return NULL;
    if (memchr(text, 0, length - start - 2) || !pg_verify_mbstr(PG_UTF8, text, length - start - 2, true)) return NULL;
    if (length > start + 2 && reply[length - 1] == '\n') reply[length - 1] = 0;
    return text;
}

// Waits for the end of the request; `code` is the exit code, `text` what the agent has to say.
static outcome await_answer(int64 deadline, int *code, char **text) {
    for (bool is_first = true;; is_first = false) {
        int kind = 0;
        int length = 0;
        outcome result = read_frame(Min(deadline, now_ms() + SILENCE_MS), &kind, &length);

        if (result != ANSWERED) return result == STALE && is_first ? STALE : FAILED;
        if (kind == KIND_WORKING && length == 0) continue;
        if (kind == KIND_FINISHED && length >= 1 && (*text = reply_text(1, length))) {
            *code = reply[0];
            return ANSWERED;
        }
        if (kind == KIND_DECLINED && (*text = reply_text(0, length))) {
            return fail("Make the module's settings and the agent's agree; its log says more.",
                        "the agent declines: %s", *text);
        }
        return fail("Install an agent and a module of one release.", "the agent's answer makes no sense");
    }
}

static outcome ask_once(int length, int64 deadline, int *code, char **text) {
    outcome result = ANSWERED;

    if (connection == PGINVALID_SOCKET) result = connect_to_agent(Min(deadline, now_ms() + SILENCE_MS));
    if (result == ANSWERED) result = send_request(length, Min(deadline, now_ms() + SILENCE_MS));
    if (result == ANSWERED) result = await_answer(deadline, code, text);
    if (result != ANSWERED) close_connection();
    return result;
}

static outcome ask(const char *path, int *code, char **text) {
    int64 deadline = now_ms() + (int64)timeout_seconds * 1000;
    bool was_kept = connection != PGINVALID_SOCKET;
    int length = compose(path);
    outcome result;

    if (length == 0) return FAILED;
    result = ask_once(length, deadline, code, text);
    // The agent has been started anew since the last file.
    if (result == STALE && was_kept) result = ask_once(length, deadline, code, text);
    return result;
}

// -- What PostgreSQL calls

static bool archive(const char *path) {
    volatile outcome result = FAILED;
    int code = 0;
    char *text = NULL;

    latch_was_set = false;
    PG_TRY();
    {
        result = ask(path, &code, &text);
    }
    PG_CATCH();
    {
        close_connection();
        PG_RE_THROW();
    }
    PG_END_TRY();
    // Whoever set it meant the archiver's main loop.
    if (latch_was_set) SetLatch(MyLatch);
    if (result != ANSWERED) {
        ereport(WARNING, (errmsg("could not archive file \"%s\" through the agent: %s", path, cause),
                          hint ? errhint("%s", hint) : 0));
        return false;
    }
    if (code != 0) {
        ereport(WARNING, (errmsg("could not archive file \"%s\": the agent answers with exit code %d", path, code),
                          *text ? errdetail_internal("%s", text) : 0,
                          errhint("The codes are explained in Trunkline's docs/OPERATING.md.")));
        return false;
    }
    if (*text) ereport(LOG, (errmsg("archived file \"%s\"", path), errdetail_internal("%s", text)));
    return true;
}

static bool is_configured(void) {
    if (socket_path && *socket_path) return true;
#if PG_VERSION_NUM >= 170000
    arch_module_check_errdetail("\"%s\" is not set.", "trunkline_archive.socket");
#else
    ereport(WARNING, (errmsg("\"%s\" is not set", "trunkline_archive.socket")));
#endif
    return false;
}

#if PG_VERSION_NUM >= 160000

static bool check_configured(ArchiveModuleState *state) { return is_configured(); }

static bool archive_file(ArchiveModuleState *state, const char *file, const char *path) { return archive(path); }

static void shut_down(ArchiveModuleState *state) { close_connection(); }

const ArchiveModuleCallbacks *_PG_archive_module_init(void) {
    static const ArchiveModuleCallbacks callbacks = {
        .startup_cb = NULL,
        .check_configured_cb = check_configured,
        .archive_file_cb = archive_file,
        .shutdown_cb = shut_down,
    };

    return &callbacks;
}

#else

PGDLLEXPORT void _PG_archive_module_init(ArchiveModuleCallbacks *callbacks);

static bool archive_file(const char *file, const char *path) { return archive(path); }

void _PG_archive_module_init(ArchiveModuleCallbacks *callbacks) {
    callbacks->check_configured_cb = is_configured;
    callbacks->archive_file_cb = archive_file;
    callbacks->shutdown_cb = close_connection;
}

#endif

// -- Settings

static bool check_path(char **value, void **extra, GucSource source) {
    if (**value == 0 || is_absolute_path(*value)) return true;
    GUC_check_errdetail("The path is not absolute.");
    return false;
}

static bool check_socket(char **value, void **extra, GucSource source) {
    struct sockaddr_un address;

    if (strlen(*value) >= sizeof address.sun_path) {
        GUC_check_errdetail("A socket's path has at most %d bytes.", (int)sizeof address.sun_path - 1);
        return false;
    }
    return check_path(value, extra, source);
}

// Another socket is another agent, from the next file on.
static void assign_socket(const char *value, void *extra) {
    if (socket_path == NULL || strcmp(value, socket_path) != 0) close_connection();
}

void _PG_init(void) {
    DefineCustomStringVariable(
        "trunkline_archive.socket", "Where the agent listens.", NULL, &socket_path, "/run/trunkline/agent.sock",
        PGC_SIGHUP, 0, check_socket, assign_socket, NULL);
    DefineCustomIntVariable(
        "trunkline_archive.timeout", "How long one file may take before PostgreSQL tries again.", NULL,
        &timeout_seconds, TIMEOUT_SECONDS_DEFAULT, 1, TIMEOUT_SECONDS_MAX, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
    DefineCustomStringVariable(
        "trunkline_archive.cluster", "The cluster, when the agent cannot find it by the data directory.", NULL,
        &cluster, "", PGC_SIGHUP, 0, NULL, NULL, NULL);
    DefineCustomStringVariable(
        "trunkline_archive.configuration", "The configuration file that the agent must have.", NULL, &configuration,
        "", PGC_SIGHUP, 0, check_path, NULL, NULL);
    MarkGUCPrefixReserved("trunkline_archive");
}
