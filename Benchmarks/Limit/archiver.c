/* archiver.so: tells when PostgreSQL's archiver took up a segment and when it was done with it, and holds it at a gate.
 *
 *   LD_PRELOAD=archiver.so BENCH_GATE=FILE BENCH_TIMES=FILE postgres …
 *
 * For every segment the archiver calls stat(2) on the file, then the archive command or module, then renames the
 * segment's .ready to .done (src/backend/postmaster/pgarch.c). Both calls are told with the monotonic clock in
 * nanoseconds, as lines "S name time" and "R name time": between them lies what PostgreSQL waits for, the same for
 * commands and for modules. The first stat waits until FILE of BENCH_GATE exists. Only what has a .ready counts, which
 * leaves out all other processes of the server. Commands do not inherit any of this.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SEGMENT_LETTERS 24
#define FOLDER "pg_wal/"
#define STATUS "pg_wal/archive_status/"
#define GATE_NANOSECONDS 500000

static int times = -1, is_open;
static char *gate;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("BENCH_TIMES"), *named = getenv("BENCH_GATE");
    if (path) times = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (named) gate = strdup(named);
    unsetenv("BENCH_TIMES");
    unsetenv("BENCH_GATE");
    unsetenv("LD_PRELOAD");
}

static void tell(char what, const char *name) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char line[96];
    int count = snprintf(
        line, sizeof line, "%c %.*s %lld\n", what, SEGMENT_LETTERS, name,
        (long long)now.tv_sec * 1000000000 + now.tv_nsec);
    if (write(times, line, (size_t)count) != count) abort();
}

static int is_segment(const char *name) { return strspn(name, "0123456789ABCDEF") == SEGMENT_LETTERS; }

static int waits(const char *name) {
    char path[128];
    snprintf(path, sizeof path, STATUS "%s.ready", name);
    return access(path, F_OK) == 0;
}

static void look_at(const char *path) {
    if (times < 0 || strncmp(path, FOLDER, strlen(FOLDER)) != 0) return;
    const char *name = path + strlen(FOLDER);
    if (!is_segment(name) || name[SEGMENT_LETTERS] != 0 || !waits(name)) return;
    while (gate && !is_open && !(is_open = access(gate, F_OK) == 0))
        nanosleep(&(struct timespec){.tv_nsec = GATE_NANOSECONDS}, NULL);
    tell('S', name);
}

int stat(const char *restrict path, struct stat *restrict status) {
    look_at(path);
    return fstatat(AT_FDCWD, path, status, 0);
}

/* The same for programs that were linked with a C library before 2.33. */
int __xstat(int version, const char *path, struct stat *status) {
    (void)version;
    return stat(path, status);
}

int rename(const char *from, const char *to) {
    int result = renameat(AT_FDCWD, from, AT_FDCWD, to);
    if (result == 0 && times >= 0 && strncmp(to, STATUS, strlen(STATUS)) == 0) {
        const char *name = to + strlen(STATUS);
        if (is_segment(name) && strcmp(name + SEGMENT_LETTERS, ".done") == 0) tell('R', name);
    }
    return result;
}
