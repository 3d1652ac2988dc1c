/* The limit of a drain: what libzstd and libsodium alone make of WAL segments.
 *
 *   segments THREADS LEVEL BLOCK forget - FILE…          read, compress, encrypt; forget the result
 *   segments THREADS LEVEL BLOCK keep DIRECTORY FILE…    the same, and write it
 *   segments THREADS LEVEL BLOCK sync DIRECTORY FILE…    the same, and sync file and directory
 *
 * Every thread takes the next segment, compresses its blocks as frames of a context of its own, and pushes each through
 * a secretstream of its own into one buffer, which becomes one file. No archiver that asks for the next segment, no
 * process for each, no digest, no signature, no object format: an archiver that seals cannot be faster. The result is
 * one line of JSON.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define MAX_THREADS 256
#define PATH_ROOM 4096
#define MESSAGE_EXTRA crypto_secretstream_xchacha20poly1305_ABYTES
#define FIRST_WORDS 6 /* of the command line, before the files */

typedef struct {
    unsigned char *plain, *packed, *sealed;
    size_t sealed_room, content_total, sealed_total;
    ZSTD_CCtx *compressor;
    crypto_secretstream_xchacha20poly1305_state stream;
} Worker;

static char **files;
static size_t file_count, block;
static int level, keeps, syncs, directory = -1;
static const char *target;
static atomic_size_t next_file;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *room(size_t bytes) {
    void *memory = malloc(bytes);
    if (!memory) fail("malloc");
    return memory;
}

/* One block into `sealed`, and the length of it. */
static size_t seal_block(Worker *worker, size_t count, size_t offset) {
    size_t packed = ZSTD_compressCCtx(
        worker->compressor, worker->packed, ZSTD_compressBound(block), worker->plain, count, level);
    if (ZSTD_isError(packed)) fail(ZSTD_getErrorName(packed));
    if (offset + packed + MESSAGE_EXTRA > worker->sealed_room) {
        worker->sealed_room = 2 * (offset + packed + MESSAGE_EXTRA);
        if (!(worker->sealed = realloc(worker->sealed, worker->sealed_room))) fail("realloc");
    }
    unsigned long long sealed;
    crypto_secretstream_xchacha20poly1305_push(
        &worker->stream, worker->sealed + offset, &sealed, worker->packed, packed, NULL, 0, 0);
    return sealed;
}

static void write_file(const char *name, const unsigned char *bytes, size_t count) {
    char path[PATH_ROOM], part[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", target, name);
    snprintf(part, sizeof part, "%s/%s.part", target, name);
    int file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) fail(part);
    for (size_t done = 0; done < count;) {
        ssize_t put = write(file, bytes + done, count - done);
        if (put <= 0) fail(part);
        done += (size_t)put;
    }
    if (syncs && fdatasync(file) != 0) fail(part);
    close(file);
    if (rename(part, path) != 0) fail(path);
    if (syncs && fsync(directory) != 0) fail(target);
}

static void seal_file(Worker *worker, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path);
    size_t offset = 0;
    for (ssize_t got; (got = read(file, worker->plain, block)) != 0;) {
        if (got < 0) fail(path);
        worker->content_total += (size_t)got;
        offset += seal_block(worker, (size_t)got, offset);
    }
    close(file);
    worker->sealed_total += offset;
    const char *slash = strrchr(path, '/');
    if (keeps) write_file(slash ? slash + 1 : path, worker->sealed, offset);
}

static void *work(void *argument) {
    for (size_t n; (n = atomic_fetch_add(&next_file, 1)) < file_count;) seal_file(argument, files[n]);
    return NULL;
}

static void prepare(Worker *worker) {
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    worker->plain = room(block);
    worker->packed = room(ZSTD_compressBound(block));
    worker->sealed = room(worker->sealed_room = 4 * block);
    if (!(worker->compressor = ZSTD_createCCtx())) fail("zstd");
    crypto_secretstream_xchacha20poly1305_keygen(key);
    crypto_secretstream_xchacha20poly1305_init_push(&worker->stream, header, key);
}

static double clock_seconds(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count <= FIRST_WORDS || sodium_init() < 0) {
        fprintf(stderr, "usage: segments THREADS LEVEL BLOCK forget|keep|sync DIRECTORY FILE...\n");
        return 64;
    }
    int threads = atoi(words[1]);
    level = atoi(words[2]), block = strtoul(words[3], NULL, 10), target = words[5];
    syncs = strcmp(words[4], "sync") == 0, keeps = syncs || strcmp(words[4], "keep") == 0;
    if (threads < 1 || threads > MAX_THREADS || block < 1024) fail("bad arguments");
    if (keeps && (directory = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) fail(target);
    files = words + FIRST_WORDS, file_count = (size_t)(count - FIRST_WORDS);

    Worker *workers = calloc((size_t)threads, sizeof *workers);
    pthread_t handles[MAX_THREADS];
    if (!workers) fail("calloc");
    for (int i = 0; i < threads; i++) prepare(&workers[i]);
    double wall = clock_seconds(CLOCK_MONOTONIC), cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&handles[i], NULL, work, &workers[i]) != 0) fail("pthread_create");
    for (int i = 0; i < threads; i++) pthread_join(handles[i], NULL);
    wall = clock_seconds(CLOCK_MONOTONIC) - wall, cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    size_t content = 0, sealed = 0;
    for (int i = 0; i < threads; i++) content += workers[i].content_total, sealed += workers[i].sealed_total;
    printf(
        "{\"content_bytes\": %zu, \"sealed_bytes\": %zu, \"segments\": %zu, \"seconds\": %.6f, "
        "\"cpu_seconds\": %.6f}\n",
        content, sealed, file_count, wall, cpu);
    return 0;
}
