/* The limit of a drain to S3: the same connections, uploading bytes that are sealed already.
 *
 *   upload URL REGION AUTHORITY CONNECTIONS DIRECTORY     every file of DIRECTORY becomes an object below URL
 *
 * Every connection is a thread with a handle of libcurl's that keeps it: TLS, SigV4 with UNSIGNED-PAYLOAD, one PUT for
 * each object, from memory, without waiting for "100 Continue". Key and secret come from AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. An archiver that uploads to this server over that many connections cannot be faster. The time
 * of connecting is in, that of reading the files is not. The result is one line of JSON.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define OBJECTS_MAX 65536
#define WORD_ROOM 4096
#define BUFFER_BYTES (512 * 1024L)
#define STATUS_OK 200

typedef struct {
    char *name;
    unsigned char *bytes;
    size_t count;
} Object;

typedef struct {
    const Object *object;
    size_t sent;
} Body;

static const char *url, *authority;
static char signing[WORD_ROOM], credentials[WORD_ROOM];
static Object *objects;
static size_t object_count, byte_count;
static atomic_size_t next_object;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "upload: %s: %s\n", what, why);
    _exit(1); /* The other threads go on meanwhile. */
}

static void load(const char *directory, const char *name) {
    char path[WORD_ROOM];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rbe");
    if (!file || fstat(fileno(file), &status) != 0) fail(path, "cannot be opened");
    Object *object = &objects[object_count++];
    *object = (Object){.name = strdup(name), .count = (size_t)status.st_size};
    object->bytes = malloc(object->count + 1);
    if (!object->name || !object->bytes) fail(path, "out of memory");
    if (fread(object->bytes, 1, object->count, file) != object->count) fail(path, "cannot be read");
    byte_count += object->count;
    fclose(file);
}

static void load_all(const char *directory) {
    DIR *entries = opendir(directory);
    if (!entries || !(objects = calloc(OBJECTS_MAX, sizeof *objects))) fail(directory, "cannot be opened");
    for (struct dirent *entry; (entry = readdir(entries));)
        if (entry->d_name[0] != '.' && object_count < OBJECTS_MAX) load(directory, entry->d_name);
    closedir(entries);
}

static size_t give(char *buffer, size_t size, size_t count, void *argument) {
    Body *body = argument;
    size_t left = body->object->count - body->sent, some = left < size * count ? left : size * count;
    memcpy(buffer, body->object->bytes + body->sent, some);
    body->sent += some;
    return some;
}

/* A connection that the server closed meanwhile: libcurl sends the object again on a new one. */
static int rewind_body(void *argument, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    ((Body *)argument)->sent = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static size_t ignore(char *buffer, size_t size, size_t count, void *argument) {
    (void)buffer, (void)argument;
    return size * count;
}

static void put(CURL *handle, const Object *object) {
    char address[WORD_ROOM], reason[CURL_ERROR_SIZE] = "";
    Body body = {.object = object};
    snprintf(address, sizeof address, "%s/%s", url, object->name);
    curl_easy_setopt(handle, CURLOPT_URL, address);
    curl_easy_setopt(handle, CURLOPT_READDATA, &body);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, &body);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)object->count);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
    CURLcode result = curl_easy_perform(handle);
    if (result != CURLE_OK) fail(object->name, reason[0] ? reason : curl_easy_strerror(result));
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != STATUS_OK) fail(object->name, "the server refuses it");
}

static CURL *handle_for(struct curl_slist *headers) {
    CURL *handle = curl_easy_init();
    if (!handle) fail("curl", "no handle");
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_CAINFO, authority);
    curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, signing);
    curl_easy_setopt(handle, CURLOPT_USERPWD, credentials);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, rewind_body);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
    curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
    /* An empty "Expect:" among the headers would be signed and not sent. */
    curl_easy_setopt(handle, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    return handle;
}

static void *connection(void *argument) {
    CURL *handle = handle_for(argument);
    for (size_t n; (n = atomic_fetch_add(&next_object, 1)) < object_count;) put(handle, &objects[n]);
    curl_easy_cleanup(handle);
    return NULL;
}

static double clock_seconds(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **words) {
    const char *key = getenv("AWS_ACCESS_KEY_ID"), *secret = getenv("AWS_SECRET_ACCESS_KEY");
    int connections = count == 6 ? atoi(words[4]) : 0;
    if (connections < 1 || connections > MAX_CONNECTIONS || !key || !secret) {
        fprintf(stderr, "usage: upload URL REGION AUTHORITY CONNECTIONS DIRECTORY\n");
        return 64;
    }
    url = words[1], authority = words[3];
    snprintf(signing, sizeof signing, "aws:amz:%s:s3", words[2]);
    snprintf(credentials, sizeof credentials, "%s:%s", key, secret);
    load_all(words[5]);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) fail("curl", "does not start");
    struct curl_slist *headers = curl_slist_append(NULL, "x-amz-content-sha256: UNSIGNED-PAYLOAD");

    pthread_t handles[MAX_CONNECTIONS];
    double wall = clock_seconds(CLOCK_MONOTONIC), cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < connections; i++)
        if (pthread_create(&handles[i], NULL, connection, headers) != 0) fail("pthread_create", "no thread");
    for (int i = 0; i < connections; i++) pthread_join(handles[i], NULL);
    wall = clock_seconds(CLOCK_MONOTONIC) - wall, cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf(
        "{\"objects\": %zu, \"sealed_bytes\": %zu, \"connections\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n",
        object_count, byte_count, connections, wall, cpu);
    return 0;
}
