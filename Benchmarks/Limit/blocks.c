/* What a block incremental backup stores, by the documented rules of pgBackRest.
 *
 *   blocks OLD NEW LEVEL     two data directories, before and after; zstd's level
 *
 * A file of at least 16 KiB is cut into blocks whose size depends on its own; changed blocks are gathered into super
 * blocks of at least 256 KiB, each compressed as one zstd stream and encrypted; a file with a changed block also gets a
 * map with a checksum of every block. Smaller files are stored whole when they changed. Sizes: the tables in
 * src/command/backup/option.c.inc and the default of repo-block-size-super, the same in 2.45 and in what becomes 2.60.
 * Files of less than a week's age are assumed. pg_wal is left out, and so are the manifests. The result is one line of
 * JSON, which also tells how many pages of 8 KiB differ, and the bytes of all files.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define KIB ((size_t)1024)
#define PAGE (8 * KIB)
#define SUPER_BLOCK (256 * KIB)
#define LARGEST_BLOCK (88 * KIB)
#define PATH_ROOM 4096
#define CIPHER_HEADER 16 /* of each encrypted piece; it is then padded to the next 16 bytes */
#define MAP_BYTES_PER_BLOCK 1
#define MAP_BYTES_PER_RUN 6 /* a reference, the place and the size of a super block */

static const struct {
    size_t file, block;
} sizes[] = {
    {914 * KIB * KIB, 88 * KIB}, {740 * KIB * KIB, 80 * KIB}, {585 * KIB * KIB, 72 * KIB}, {448 * KIB * KIB, 64 * KIB},
    {329 * KIB * KIB, 56 * KIB}, {228 * KIB * KIB, 48 * KIB}, {146 * KIB * KIB, 40 * KIB}, {96 * KIB * KIB, 32 * KIB},
    {43 * KIB * KIB, 24 * KIB},  {11 * KIB * KIB, 16 * KIB},  {16 * KIB, 8 * KIB}};

static const char *old_root, *new_root;
static ZSTD_CCtx *compressor;
static unsigned char *before, *after, *super_block, *packed;
static size_t file_bytes, page_count, changed_pages, changed_block_bytes, stored_bytes, map_bytes;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static size_t block_size(size_t file) {
    for (size_t n = 0; n < sizeof sizes / sizeof sizes[0]; n++)
        if (file >= sizes[n].file) return sizes[n].block;
    return 0;
}

static size_t read_some(int file, unsigned char *bytes, size_t count, size_t offset) {
    size_t done = 0;
    while (file >= 0 && done < count) {
        ssize_t got = pread(file, bytes + done, count - done, (off_t)(offset + done));
        if (got < 0) fail("read");
        if (got == 0) break;
        done += (size_t)got;
    }
    return done;
}

static size_t encrypted(size_t bytes) { return CIPHER_HEADER + (bytes / 16 + 1) * 16; }

/* As a stream of unknown length, which is how a filter in a chain compresses. */
static size_t compressed(const unsigned char *bytes, size_t count) {
    ZSTD_inBuffer in = {bytes, count, 0};
    ZSTD_outBuffer out = {packed, ZSTD_compressBound(SUPER_BLOCK + LARGEST_BLOCK), 0};
    ZSTD_CCtx_reset(compressor, ZSTD_reset_session_only);
    while (in.pos < in.size)
        if (ZSTD_isError(ZSTD_compressStream2(compressor, &out, &in, ZSTD_e_continue))) exit(1);
    while (ZSTD_compressStream2(compressor, &out, &in, ZSTD_e_end) != 0) {}
    return out.pos;
}

static void count_pages(size_t old_count, size_t count) {
    for (size_t at = 0; at < count; at += PAGE) {
        size_t bytes = count - at < PAGE ? count - at : PAGE;
        page_count++;
        changed_pages += at + bytes > old_count || memcmp(before + at, after + at, bytes) != 0;
    }
}

static void take_blocks(int old_file, int new_file, size_t bytes, size_t block, size_t checksum) {
    size_t super = (SUPER_BLOCK + block - 1) / block * block, gathered = 0, runs = 0, blocks = 0;
    int changed = 0, was = -1;
    for (size_t offset = 0; offset < bytes; offset += block, blocks++) {
        size_t count = read_some(new_file, after, block, offset), had = read_some(old_file, before, block, offset);
        count_pages(had, count);
        int differs = had != count || memcmp(before, after, count) != 0;
        runs += differs != was, was = differs;
        if (!differs) continue;
        memcpy(super_block + gathered, after, count);
        gathered += count, changed_block_bytes += count, changed = 1;
        if (gathered >= super) stored_bytes += encrypted(compressed(super_block, gathered)), runs++, gathered = 0;
    }
    if (gathered > 0) stored_bytes += encrypted(compressed(super_block, gathered));
    if (changed) map_bytes += encrypted(blocks * (checksum + MAP_BYTES_PER_BLOCK) + runs * MAP_BYTES_PER_RUN);
}

static void take_whole(int old_file, int new_file, size_t bytes) {
    size_t count = read_some(new_file, after, bytes, 0), had = read_some(old_file, before, LARGEST_BLOCK, 0);
    count_pages(had, count);
    if (had == count && memcmp(before, after, count) == 0) return;
    changed_block_bytes += count, stored_bytes += encrypted(compressed(after, count));
}

static int found(const char *path, const struct stat *status, int kind, struct FTW *where) {
    const char *name = path + strlen(new_root);
    if (where->level == 1 && kind == FTW_D && strcmp(name, "/pg_wal") == 0) return FTW_SKIP_SUBTREE;
    if (kind != FTW_F || !S_ISREG(status->st_mode) || status->st_size == 0) return FTW_CONTINUE;
    char old_path[PATH_ROOM];
    snprintf(old_path, sizeof old_path, "%s%s", old_root, name);
    int old_file = open(old_path, O_RDONLY | O_CLOEXEC), new_file = open(path, O_RDONLY | O_CLOEXEC);
    if (new_file < 0) fail(path);
    size_t bytes = (size_t)status->st_size, block = block_size(bytes);
    file_bytes += bytes;
    if (block == 0)
        take_whole(old_file, new_file, bytes);
    else
        take_blocks(old_file, new_file, bytes, block, block >= 32 * KIB ? 7 : 6);
    if (old_file >= 0) close(old_file);
    close(new_file);
    return FTW_CONTINUE;
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "usage: blocks OLD NEW LEVEL\n");
        return 1;
    }
    old_root = words[1], new_root = words[2];
    compressor = ZSTD_createCCtx();
    before = malloc(LARGEST_BLOCK), after = malloc(LARGEST_BLOCK), super_block = malloc(SUPER_BLOCK + LARGEST_BLOCK);
    packed = malloc(ZSTD_compressBound(SUPER_BLOCK + LARGEST_BLOCK));
    if (!compressor || !before || !after || !super_block || !packed) fail("memory");
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, atoi(words[3]));
    if (nftw(new_root, found, 64, FTW_PHYS | FTW_ACTIONRETVAL) != 0) fail(new_root);
    printf(
        "{\"file_bytes\": %zu, \"pages\": %zu, \"changed_pages\": %zu, \"changed_block_bytes\": %zu, "
        "\"map_bytes\": %zu, \"stored_bytes\": %zu}\n",
        file_bytes, page_count, changed_pages, changed_block_bytes, map_bytes, stored_bytes + map_bytes);
    return 0;
}
