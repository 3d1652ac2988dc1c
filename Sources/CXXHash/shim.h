#include <xxhash.h>

/* The library's own choice among its SSE2, AVX2 and AVX-512 code at run time, where it was built with one: it ships
   this header then. The plain function is fixed to what the compiler may assume of every x86-64 processor. */
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
XXH128_hash_t XXH3_128bits_withSecret_dispatch(
    const void *data, size_t byteCount, const void *secret, size_t secretByteCount);
#define TRUNKLINE_XXH3_128 XXH3_128bits_withSecret_dispatch
#else
#define TRUNKLINE_XXH3_128 XXH3_128bits_withSecret
#endif

/* XXH3, 128 bits, with a secret of at least 136 bytes instead of the built-in one. */
static inline XXH128_hash_t trunkline_xxh3_128(
    const void *data, size_t byteCount, const void *secret, size_t secretByteCount) {
    return TRUNKLINE_XXH3_128(data, byteCount, secret, secretByteCount);
}
