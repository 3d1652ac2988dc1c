/* The limit of backup and restore: what libzstd and libsodium alone make of the files of a directory.
 *
 *   files seal DIRECTORY SEALED THREADS LEVEL BLOCK     read, compress, encrypt, write below SEALED
 *   files open SEALED TARGET THREADS                    read, decrypt, decompress, write below TARGET
 *
 * Sealing, every thread takes the next chapter: 32 blocks of one file, large files first. Each block becomes one zstd
 * frame of the thread's own reused context and one message of the chapter's secretstream, and goes to the thread's own
 * file. No checksum, no hash, no manifest, no object format, no fsync: a program that does anything useful cannot be
 * faster. The way back gives each thread the next file, because two that write to one file wait for its lock in the
 * kernel, spinning. What is needed for it is kept in SEALED/index, as memory has it. An entry of DIRECTORY named pg_wal
 * is left out. The result is one line of JSON.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define MAX_THREADS 256
#define CHAPTER_BLOCKS 32
#define PATH_ROOM 512
#define MESSAGE_EXTRA crypto_secretstream_xchacha20poly1305_ABYTES
#define WRITE_BYTES 65536 /* of one call: longer ones are slower (docs/decisions/0016-short-writes.md) */

typedef struct {
    char name[PATH_ROOM]; /* relative to the directory */
    size_t bytes, first_chapter;
    int is_directory;
} Entry;

typedef struct {
    size_t entry, offset, bytes;            /* where in which file */
    size_t thread, sealed_offset;           /* where below SEALED */
    uint32_t message_bytes[CHAPTER_BLOCKS]; /* of each sealed block */
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
} Chapter;

typedef struct {
    size_t entries, chapters, block;
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
} Index;

typedef struct {
    size_t number, content_total, sealed_total;
    int output; /* sealing: this thread's file */
    size_t message_room;
    unsigned char *plain, *packed, *sealed;
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
} Worker;

static const char *source, *target;
static size_t threads, prefix;
static int level, opening, inputs[MAX_THREADS];
static Index list;
static Entry *entries;
static Chapter *chapters;
static atomic_size_t next; /* chapter or, opening, entry */

static void fail(const char *what) {
    fprintf(stderr, "files: %s\n", what);
    exit(1);
}

static void *room(size_t bytes) {
    void *memory = malloc(bytes);
    if (!memory) fail("out of memory");
    return memory;
}

static int open_below(const char *folder, const char *name, int flags) {
    char path[PATH_ROOM * 2];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, flags | O_CLOEXEC, 0600);
    if (file < 0) {
        perror(path);
        fail("cannot open a file");
    }
    return file;
}

static void read_all(int file, void *bytes, size_t count, size_t offset) {
    for (unsigned char *at = bytes; count > 0;) {
        ssize_t got = pread(file, at, count, (off_t)offset);
        if (got <= 0) fail("read failed");
        at += got, offset += (size_t)got, count -= (size_t)got;
    }
}

static void write_all(int file, const void *bytes, size_t count, size_t offset) {
    for (const unsigned char *at = bytes; count > 0;) {
        ssize_t put = pwrite(file, at, count < WRITE_BYTES ? count : WRITE_BYTES, (off_t)offset);
        if (put <= 0) fail("write failed");
        at += put, offset += (size_t)put, count -= (size_t)put;
    }
}

static void seal_chapter(Worker *worker, Chapter *chapter) {
    crypto_secretstream_xchacha20poly1305_state stream;
    crypto_secretstream_xchacha20poly1305_init_push(&stream, chapter->header, list.key);
    chapter->thread = worker->number, chapter->sealed_offset = worker->sealed_total;
    int file = open_below(source, entries[chapter->entry].name, O_RDONLY);
    for (size_t done = 0, n = 0; done < chapter->bytes; n++) {
        size_t count = chapter->bytes - done < list.block ? chapter->bytes - done : list.block;
        read_all(file, worker->plain, count, chapter->offset + done);
        size_t packed = ZSTD_compressCCtx(
            worker->compressor, worker->packed, ZSTD_compressBound(list.block), worker->plain, count, level);
        if (ZSTD_isError(packed)) fail(ZSTD_getErrorName(packed));
        unsigned long long sealed;
        crypto_secretstream_xchacha20poly1305_push(
            &stream, worker->sealed, &sealed, worker->packed, packed, NULL, 0, 0);
        write_all(worker->output, worker->sealed, sealed, worker->sealed_total);
        chapter->message_bytes[n] = (uint32_t)sealed;
        worker->sealed_total += sealed, done += count;
    }
    worker->content_total += chapter->bytes;
    close(file);
}

static void open_chapter(Worker *worker, const Chapter *chapter, int file) {
    crypto_secretstream_xchacha20poly1305_state stream;
    crypto_secretstream_xchacha20poly1305_init_pull(&stream, chapter->header, list.key);
    size_t from = chapter->sealed_offset;
    for (size_t done = 0, n = 0; done < chapter->bytes; n++) {
        size_t count = chapter->message_bytes[n];
        if (count > worker->message_room) fail("the index is damaged");
        read_all(inputs[chapter->thread], worker->sealed, count, from);
        unsigned long long packed;
        unsigned char tag;
        if (crypto_secretstream_xchacha20poly1305_pull(
                &stream, worker->packed, &packed, &tag, worker->sealed, count, NULL, 0) != 0)
            fail("a message does not decrypt");
        size_t plain = ZSTD_decompressDCtx(worker->decompressor, worker->plain, list.block, worker->packed, packed);
        if (ZSTD_isError(plain)) fail(ZSTD_getErrorName(plain));
        write_all(file, worker->plain, plain, chapter->offset + done);
        from += count, done += plain, worker->sealed_total += count;
    }
    worker->content_total += chapter->bytes;
}

/* One file, from its first chapter on; the others of the file follow it in the index. */
static void open_file(Worker *worker, size_t entry) {
    if (entries[entry].is_directory) return;
    int file = open_below(target, entries[entry].name, O_WRONLY | O_CREAT | O_EXCL);
    for (size_t n = entries[entry].first_chapter; n < list.chapters && chapters[n].entry == entry; n++)
        open_chapter(worker, &chapters[n], file);
    close(file);
}

static void *work(void *argument) {
    size_t count = opening ? list.entries : list.chapters;
    for (size_t n; (n = atomic_fetch_add(&next, 1)) < count;)
        opening ? open_file(argument, n) : seal_chapter(argument, &chapters[n]);
    return NULL;
}

static int found(const char *path, const struct stat *status, int kind, struct FTW *where) {
    if (where->level == 0 || (kind != FTW_F && kind != FTW_D)) return FTW_CONTINUE;
    if (where->level == 1 && kind == FTW_D && strcmp(path + prefix, "pg_wal") == 0) return FTW_SKIP_SUBTREE;
    if (kind == FTW_F && !S_ISREG(status->st_mode)) return FTW_CONTINUE;
    if (list.entries % 1024 == 0) entries = realloc(entries, (list.entries + 1024) * sizeof *entries);
    if (!entries || strlen(path + prefix) >= PATH_ROOM) fail("too many files, or a name is too long");
    Entry *entry = &entries[list.entries++];
    strcpy(entry->name, path + prefix);
    entry->is_directory = kind == FTW_D;
    entry->bytes = entry->is_directory ? 0 : (size_t)status->st_size;
    return FTW_CONTINUE;
}

/* Directories first and above what is in them, then files, large ones first. */
static int order(const void *left, const void *right) {
    const Entry *a = left, *b = right;
    if (a->is_directory != b->is_directory) return b->is_directory - a->is_directory;
    if (a->bytes != b->bytes) return a->bytes < b->bytes ? 1 : -1;
    return strcmp(a->name, b->name);
}

static void find_chapters(void) {
    prefix = strlen(source) + 1;
    if (nftw(source, found, 64, FTW_PHYS | FTW_ACTIONRETVAL) != 0) fail("cannot list the directory");
    qsort(entries, list.entries, sizeof *entries, order);
    size_t chapter_bytes = list.block * CHAPTER_BLOCKS;
    for (size_t n = 0; n < list.entries; n++) list.chapters += (entries[n].bytes + chapter_bytes - 1) / chapter_bytes;
    chapters = room(list.chapters * sizeof *chapters);
    Chapter *chapter = chapters;
    for (size_t n = 0; n < list.entries; n++) {
        entries[n].first_chapter = (size_t)(chapter - chapters);
        for (size_t offset = 0; offset < entries[n].bytes; offset += chapter_bytes) {
            size_t left = entries[n].bytes - offset;
            *chapter++ = (Chapter){.entry = n, .offset = offset, .bytes = left < chapter_bytes ? left : chapter_bytes};
        }
    }
}

static void write_index(void) {
    int file = open_below(target, "index", O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file, &list, sizeof list, 0);
    write_all(file, entries, list.entries * sizeof *entries, sizeof list);
    write_all(file, chapters, list.chapters * sizeof *chapters, sizeof list + list.entries * sizeof *entries);
    close(file);
}

static void read_index(void) {
    int file = open_below(source, "index", O_RDONLY);
    read_all(file, &list, sizeof list, 0);
    entries = room(list.entries * sizeof *entries);
    chapters = room(list.chapters * sizeof *chapters);
    read_all(file, entries, list.entries * sizeof *entries, sizeof list);
    read_all(file, chapters, list.chapters * sizeof *chapters, sizeof list + list.entries * sizeof *entries);
    close(file);
}

static void make_directories(void) {
    char path[PATH_ROOM * 2];
    for (size_t n = 0; n < list.entries && entries[n].is_directory; n++) {
        snprintf(path, sizeof path, "%s/%s", target, entries[n].name);
        if (mkdir(path, 0700) != 0) fail("cannot make a directory");
    }
}

static void prepare(Worker *worker, size_t number) {
    size_t packed = ZSTD_compressBound(list.block);
    char name[32];
    snprintf(name, sizeof name, "%zu", number);
    worker->number = number;
    worker->output = opening ? -1 : open_below(target, name, O_WRONLY | O_CREAT | O_TRUNC);
    worker->message_room = packed + MESSAGE_EXTRA;
    worker->plain = room(list.block), worker->packed = room(packed), worker->sealed = room(worker->message_room);
    worker->compressor = ZSTD_createCCtx(), worker->decompressor = ZSTD_createDCtx();
    if (!worker->compressor || !worker->decompressor) fail("out of memory");
}

/* The threads' files of a sealed directory, as many as there are. */
static void open_inputs(void) {
    for (size_t n = 0; n < list.chapters; n++) {
        char name[32];
        size_t thread = chapters[n].thread;
        if (thread >= MAX_THREADS) fail("the index is damaged");
        snprintf(name, sizeof name, "%zu", thread);
        if (inputs[thread] == 0) inputs[thread] = open_below(source, name, O_RDONLY);
    }
}

static void begin(int count, char **words) {
    opening = count == 5 && strcmp(words[1], "open") == 0;
    if (!opening && (count != 7 || strcmp(words[1], "seal") != 0))
        fail("usage: files seal DIRECTORY SEALED THREADS LEVEL BLOCK | files open SEALED TARGET THREADS");
    source = words[2], target = words[3], threads = strtoul(words[4], NULL, 10);
    if (sodium_init() < 0 || threads < 1 || threads > MAX_THREADS) fail("bad arguments");
    if (opening) {
        read_index();
        open_inputs();
        make_directories();
        return;
    }
    level = atoi(words[5]), list.block = strtoul(words[6], NULL, 10);
    if (list.block < 1024) fail("bad arguments");
    crypto_secretstream_xchacha20poly1305_keygen(list.key);
    find_chapters();
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int count, char **words) {
    double start = now();
    begin(count, words);
    Worker *workers = calloc(threads, sizeof *workers);
    pthread_t handles[MAX_THREADS];
    if (!workers) fail("out of memory");
    for (size_t i = 0; i < threads; i++) prepare(&workers[i], i);
    for (size_t i = 0; i < threads; i++)
        if (pthread_create(&handles[i], NULL, work, &workers[i]) != 0) fail("no thread");
    for (size_t i = 0; i < threads; i++) pthread_join(handles[i], NULL);
    if (!opening) write_index();
    size_t content = 0, sealed = 0;
    for (size_t i = 0; i < threads; i++) content += workers[i].content_total, sealed += workers[i].sealed_total;
    printf(
        "{\"program\": \"files\", \"verb\": \"%s\", \"content_bytes\": %zu, \"sealed_bytes\": %zu, "
        "\"seconds\": %.6f, \"threads\": %zu, \"zstd\": \"%s\", \"libsodium\": \"%s\"}\n",
        words[1], content, sealed, now() - start, threads, ZSTD_versionString(), sodium_version_string());
    return 0;
}
