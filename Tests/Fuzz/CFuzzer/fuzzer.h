#pragma once

#include <stddef.h>
#include <stdint.h>

/// The entry that libFuzzer has for programs with a main function of their own
/// (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library). It returns only when the run is over.
int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
    int (*_Nonnull callback)(const uint8_t *_Nullable data, size_t size));
