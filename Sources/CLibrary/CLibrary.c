#include "CLibrary.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// The reason of the first file is the one that is told: the others are what other systems call it.
static void *open_file(clibrary *library) {
    for (const char *const *file = library->files; *file; file++) {
        void *image = dlopen(*file, RTLD_NOW | RTLD_LOCAL);
        if (image) return image;
        if (file != library->files) continue;
        const char *reason = dlerror();
        snprintf(library->failure, sizeof library->failure, "%s", reason ? reason : "it cannot be opened");
    }
    return NULL;
}

static bool load(clibrary *library) {
    void *image = open_file(library);
    if (!image) return false;
    char *place = library->table;
    for (const char *const *name = library->functions; *name; name++, place += sizeof(void *)) {
        void *address = dlsym(image, *name);
        if (!address) {
            snprintf(
                library->failure, sizeof library->failure, "%s lacks the function \"%s\"", library->title, *name);
            return false;
        }
        memcpy(place, &address, sizeof address);
    }
    return !library->begin || library->begin(library->failure, sizeof library->failure);
}

bool clibrary_load(clibrary *library, char *failure, size_t capacity) {
    pthread_mutex_lock(&library->mutex);
    if (!library->is_tried) {
        library->is_tried = true;
        library->is_loaded = load(library);
    }
    bool is_loaded = library->is_loaded;
    if (!is_loaded && capacity > 0) snprintf(failure, capacity, "%s", library->failure);
    pthread_mutex_unlock(&library->mutex);
    return is_loaded;
}
