/* The limit: what libzstd and libsodium alone make of the same bytes.
 *
 *   limit seal FILE THREADS LEVEL BLOCK     read, compress, encrypt; forget the result
 *   limit open FILE THREADS LEVEL BLOCK     read, decrypt, decompress what `seal` makes; forget the result
 *
 * Every thread takes the next block of FILE, reads it with pread, compresses it as one independent frame and pushes it
 * through a secretstream of its own: no queue, no order between threads, no digest, no object format. A program that
 * does anything useful with the bytes cannot be faster. The way back reads the sealed messages from an unlinked
 * temporary file; making and checking them is not timed. The result is one line of JSON.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define MAX_THREADS 256
#define TAG_BYTES crypto_secretstream_xchacha20poly1305_ABYTES

typedef struct {
    size_t offset, sealed, content;
} Message;

typedef struct {
    int opening; /* 1 while the way back is measured or checked */
    int checking;
    int index;
    unsigned char *plain, *packed, *sealed;
    size_t plain_room, packed_room, sealed_room;
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    crypto_secretstream_xchacha20poly1305_state stream;
    size_t sealed_total;
} Worker;

static int input, sealed_file = -1, threads, level;
static size_t block, content_bytes, block_count;
static atomic_size_t next_block, next_offset;
static Message *messages; /* by block, when the sealed messages are kept */

static void fail(const char *what) {
    fprintf(stderr, "limit: %s\n", what);
    exit(1);
}

static void read_all(int file, unsigned char *bytes, size_t count, size_t offset) {
    while (count > 0) {
        ssize_t got = pread(file, bytes, count, (off_t)offset);
        if (got <= 0) fail("read failed");
        bytes += got, offset += (size_t)got, count -= (size_t)got;
    }
}

static void write_all(int file, const unsigned char *bytes, size_t count, size_t offset) {
    while (count > 0) {
        ssize_t put = pwrite(file, bytes, count, (off_t)offset);
        if (put <= 0) fail("write failed");
        bytes += put, offset += (size_t)put, count -= (size_t)put;
    }
}

static size_t block_bytes(size_t number) {
    size_t offset = number * block;
    return content_bytes - offset < block ? content_bytes - offset : block;
}

static void seal_block(Worker *worker, size_t number) {
    size_t count = block_bytes(number);
    read_all(input, worker->plain, count, number * block);
    size_t packed =
        ZSTD_compressCCtx(worker->compressor, worker->packed, worker->packed_room, worker->plain, count, level);
    if (ZSTD_isError(packed)) fail(ZSTD_getErrorName(packed));
    unsigned long long sealed;
    crypto_secretstream_xchacha20poly1305_push(
        &worker->stream, worker->sealed, &sealed, worker->packed, packed, NULL, 0, 0);
    worker->sealed_total += sealed;
    if (messages) {
        size_t offset = atomic_fetch_add(&next_offset, sealed);
        messages[number] = (Message){.offset = offset, .sealed = sealed, .content = count};
        write_all(sealed_file, worker->sealed, sealed, offset);
    }
}

static void open_block(Worker *worker, size_t number) {
    Message message = messages[number];
    read_all(sealed_file, worker->sealed, message.sealed, message.offset);
    unsigned long long packed;
    unsigned char tag;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &worker->stream, worker->packed, &packed, &tag, worker->sealed, message.sealed, NULL, 0) != 0)
        fail("a message does not decrypt");
    size_t count =
        ZSTD_decompressDCtx(worker->decompressor, worker->plain, worker->plain_room, worker->packed, packed);
    if (count != message.content) fail("a block does not decompress");
    if (worker->checking) {
        unsigned char *original = malloc(count);
        if (!original) fail("out of memory");
        read_all(input, original, count, number * block);
        if (memcmp(original, worker->plain, count) != 0) fail("a block came back changed");
        free(original);
    }
    worker->sealed_total += message.sealed;
}

/* Sealing that is measured takes blocks as they come. Kept messages, and their way back, are dealt out in turn, because
 * each thread's stream has to be pulled in the order in which it was pushed. */
static void *work(void *argument) {
    Worker *worker = argument;
    if (messages) {
        for (size_t n = (size_t)worker->index; n < block_count; n += (size_t)threads)
            worker->opening ? open_block(worker, n) : seal_block(worker, n);
    } else {
        for (size_t n; (n = atomic_fetch_add(&next_block, 1)) < block_count;) seal_block(worker, n);
    }
    return NULL;
}

static void prepare(Worker *worker, int index) {
    worker->index = index;
    worker->plain_room = block;
    worker->packed_room = ZSTD_compressBound(block);
    worker->sealed_room = worker->packed_room + TAG_BYTES;
    worker->plain = malloc(worker->plain_room);
    worker->packed = malloc(worker->packed_room);
    worker->sealed = malloc(worker->sealed_room);
    worker->compressor = ZSTD_createCCtx();
    worker->decompressor = ZSTD_createDCtx();
    if (!worker->plain || !worker->packed || !worker->sealed || !worker->compressor || !worker->decompressor)
        fail("out of memory");
    crypto_secretstream_xchacha20poly1305_keygen(worker->key);
    crypto_secretstream_xchacha20poly1305_init_push(&worker->stream, worker->header, worker->key);
}

static double clock_seconds(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One pass of all threads; tells wall and CPU seconds when asked to. */
static void pass(Worker *workers, int opening, int checking, double *wall, double *cpu) {
    pthread_t handles[MAX_THREADS];
    atomic_store(&next_block, 0);
    for (int i = 0; i < threads; i++) {
        workers[i].opening = opening, workers[i].checking = checking, workers[i].sealed_total = 0;
        if (opening)
            crypto_secretstream_xchacha20poly1305_init_pull(&workers[i].stream, workers[i].header, workers[i].key);
    }
    double wall_start = clock_seconds(CLOCK_MONOTONIC), cpu_start = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&handles[i], NULL, work, &workers[i]) != 0) fail("no thread");
    for (int i = 0; i < threads; i++) pthread_join(handles[i], NULL);
    if (wall) *wall = clock_seconds(CLOCK_MONOTONIC) - wall_start;
    if (cpu) *cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
}

static void keep_messages(const char *beside) {
    messages = calloc(block_count, sizeof *messages);
    char path[4096];
    snprintf(path, sizeof path, "%s.sealed.XXXXXX", beside);
    sealed_file = mkstemp(path);
    if (!messages || sealed_file < 0) fail("no temporary file for the sealed messages");
    unlink(path);
}

int main(int count, char **words) {
    int opening = count == 6 && strcmp(words[1], "open") == 0;
    if (count != 6 || (!opening && strcmp(words[1], "seal") != 0))
        fail("usage: limit seal|open FILE THREADS LEVEL BLOCK");
    threads = atoi(words[3]), level = atoi(words[4]), block = strtoul(words[5], NULL, 10);
    struct stat status;
    if (sodium_init() < 0 || threads < 1 || threads > MAX_THREADS || block < 1024) fail("bad arguments");
    if ((input = open(words[2], O_RDONLY)) < 0 || fstat(input, &status) != 0) fail("cannot open the input");
    content_bytes = (size_t)status.st_size;
    block_count = (content_bytes + block - 1) / block;

    Worker *workers = calloc((size_t)threads, sizeof *workers);
    if (!workers) fail("out of memory");
    for (int i = 0; i < threads; i++) prepare(&workers[i], i);
    double wall, cpu;
    if (opening) {
        keep_messages(words[2]);
        pass(workers, 0, 0, NULL, NULL);
        pass(workers, 1, 0, &wall, &cpu);
        pass(workers, 1, 1, NULL, NULL);
    } else {
        pass(workers, 0, 0, &wall, &cpu);
    }
    size_t sealed = 0;
    for (int i = 0; i < threads; i++) sealed += workers[i].sealed_total;
    printf(
        "{\"program\": \"limit\", \"direction\": \"%s\", \"content_bytes\": %zu, \"sealed_bytes\": %zu, "
        "\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"threads\": %d, \"zstd\": \"%s\", \"libsodium\": \"%s\"}\n",
        words[1], content_bytes, sealed, wall, cpu, threads, ZSTD_versionString(), sodium_version_string());
    return 0;
}
