/* Kills the process at its Nth call that changes something outside of it: preloaded into the program under test.
 *
 * KILLPOINT=N in the environment: the process dies of SIGKILL instead of making its Nth such call, N from 1.
 * KILLPOINT_PROGRAM=name: only processes of that program count; others run undisturbed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long target;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("KILLPOINT");
    const char *program = getenv("KILLPOINT_PROGRAM");
    if (number && (!program || strcmp(program, program_invocation_short_name) == 0))
        target = atol(number);
}

static void count(void)
{
    if (target > 0 && atomic_fetch_add(&calls, 1) + 1 == target)
        kill(getpid(), SIGKILL);
}

/* RTLD_NEXT finds the C library's own; looked up once per function. */
#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *) dlsym(RTLD_NEXT, #name)

#define COUNTED(type, name, parameters, arguments) \
    type name parameters \
    { \
        REAL(name); \
        count(); \
        return real arguments; \
    }

COUNTED(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n))
COUNTED(ssize_t, writev, (int fd, const struct iovec *parts, int n), (fd, parts, n))
COUNTED(ssize_t, pwrite, (int fd, const void *bytes, size_t n, off_t at), (fd, bytes, n, at))
COUNTED(ssize_t, pwrite64, (int fd, const void *bytes, size_t n, off64_t at), (fd, bytes, n, at))
COUNTED(ssize_t, send, (int fd, const void *bytes, size_t n, int flags), (fd, bytes, n, flags))
COUNTED(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
COUNTED(int, fsync, (int fd), (fd))
COUNTED(int, fdatasync, (int fd), (fd))
COUNTED(int, ftruncate, (int fd, off_t length), (fd, length))
COUNTED(int, ftruncate64, (int fd, off64_t length), (fd, length))
COUNTED(int, rename, (const char *from, const char *to), (from, to))
COUNTED(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
COUNTED(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
COUNTED(int, link, (const char *from, const char *to), (from, to))
COUNTED(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
COUNTED(int, unlink, (const char *path), (path))
COUNTED(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
COUNTED(int, mkdir, (const char *path, mode_t mode), (path, mode))
COUNTED(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))

/* Opening counts only where it may create. */
#define OPEN(name, leading, passed) \
    int name(leading const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
            count(); \
        } \
        return real(passed path, flags, mode); \
    }
#define NOTHING
#define FOLDER int folder,
#define FOLDER_PASSED folder,

OPEN(open, NOTHING, NOTHING)
OPEN(open64, NOTHING, NOTHING)
OPEN(openat, FOLDER, FOLDER_PASSED)
OPEN(openat64, FOLDER, FOLDER_PASSED)
