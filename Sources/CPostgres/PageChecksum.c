#include "CPostgres.h"

#include <string.h>

// The checksum of a data page (storage/checksum.h): the page is a table of 32 columns of 32-bit words, each column is
// summed up by itself in the manner of FNV-1a, the sums are combined by exclusive or, and the block number goes in.
// 32 columns fill four registers of 256 bits, so the compiler turns each row into vector instructions.
enum { COLUMNS = 32, ROWS = CPOSTGRES_PAGE_BYTES / (COLUMNS * 4) };

// FNV's 32-bit prime.
static const uint32_t PRIME = 16777619;

// What each column starts from: part of the format, chosen by PostgreSQL at random.
static const uint32_t STARTS[COLUMNS] = {
    0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
    0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
    0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
    0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756,
};

// Offsets in the page header (PageHeaderData, storage/bufpage.h). The LSN is two words, the upper one first.
enum { LSN_OFFSET = 0, CHECKSUM_OFFSET = 8, UPPER_OFFSET = 14 };

static inline __attribute__((always_inline)) uint32_t sum_up_columns(const unsigned char *page) {
    uint32_t sums[COLUMNS], row[COLUMNS], combined = 0;
    memcpy(sums, STARTS, sizeof sums);
    // The field itself counts as zero; it is the lower half of the third word.
    memcpy(row, page, sizeof row);
    row[CHECKSUM_OFFSET / 4] &= 0xFFFF0000;
    for (int i = 0;;) {
        for (int j = 0; j < COLUMNS; j++) {
            uint32_t mixed = sums[j] ^ row[j];
            sums[j] = mixed * PRIME ^ mixed >> 17;
        }
        if (++i == ROWS) break;
        memcpy(row, page + (size_t)i * sizeof row, sizeof row);
    }
    // Two rows of zeros, so that the last words mix as well as the others.
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < COLUMNS; j++) sums[j] = sums[j] * PRIME ^ sums[j] >> 17;
    }
    for (int j = 0; j < COLUMNS; j++) combined ^= sums[j];
    return combined;
}

#if defined(__x86_64__)
// The same once more in the wider registers of processors that have them. Asked for at every call and not by an
// indirect function, whose resolver would run before the sanitizers are there.
static __attribute__((target("avx2"))) uint32_t sum_up_wide(const unsigned char *page) { return sum_up_columns(page); }

static uint32_t sum_up(const unsigned char *page) {
    return __builtin_cpu_supports("avx2") ? sum_up_wide(page) : sum_up_columns(page);
}
#else
static uint32_t sum_up(const unsigned char *page) { return sum_up_columns(page); }
#endif

static uint16_t short_at(const unsigned char *page, size_t offset) {
    uint16_t value;
    memcpy(&value, page + offset, sizeof value);
    return value;
}

static uint64_t lsn(const unsigned char *page) {
    uint32_t halves[2];
    memcpy(halves, page + LSN_OFFSET, sizeof halves);
    return (uint64_t)halves[0] << 32 | halves[1];
}

uint16_t cpostgres_page_checksum(const void *page, uint32_t block) {
    // 1 to 65535, so that a checksum is never zero.
    return (uint16_t)((sum_up(page) ^ block) % 65535 + 1);
}

size_t cpostgres_next_bad_page(const void *pages, size_t count, size_t from, uint32_t block, uint64_t start) {
    for (size_t i = from; i < count; i++) {
        const unsigned char *page = (const unsigned char *)pages + i * CPOSTGRES_PAGE_BYTES;
        if (short_at(page, UPPER_OFFSET) == 0 || lsn(page) >= start) continue;
        if (short_at(page, CHECKSUM_OFFSET) != cpostgres_page_checksum(page, block + (uint32_t)i)) return i;
    }
    return count;
}
