/* delay: a TCP proxy on the loopback that delays, and limits nothing else.
 *
 *   delay PORT MICROSECONDS     forwards to PORT of 127.0.0.1, from a port that it prints on a line of its own
 *
 * What one side sends reaches the other MICROSECONDS later, in both directions, however much is under way: a longer
 * wire, not a narrower one. A new connection is read from after two delays, which is what the handshake of TCP would
 * have cost. It starts without any delay: SIGUSR1 switches it on, SIGUSR2 off. One thread, epoll, chunks in memory.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES (128 * 1024)
#define WAY_BYTES_MAX (64 * 1024 * 1024) /* more than any peer sends before it waits for an answer */
#define EVENTS_MAX 128
#define BACKLOG 512
#define NEVER INT64_MAX

typedef struct Chunk {
    struct Chunk *next;
    int64_t due;
    size_t count, sent; /* a chunk of nothing is the end of the stream */
    unsigned char bytes[CHUNK_BYTES];
} Chunk;

typedef struct {
    int from, to;
    Chunk *first, *last;
    size_t held;
    int ended, closed, blocked; /* nothing more to read; nothing more to write; the receiver's buffer is full */
} Way;

typedef struct Link {
    struct Link *next;
    int64_t opens;
    int ends[2], broken, left[2]; /* a peer that has left is not waited for: it would be reported for ever */
    uint32_t interest[2];
    Way ways[2]; /* from the client; to the client */
} Link;


static int poll_handle;
static int64_t delay_set;
static volatile sig_atomic_t is_on;
static Chunk *spare;
static Link *links;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t delay(void) { return is_on ? delay_set : 0; }

static void on_signal(int number) { is_on = number == SIGUSR1; }

static Chunk *take_chunk(void) {
    Chunk *chunk = spare;
    if (chunk) spare = chunk->next;
    else if (!(chunk = malloc(sizeof *chunk))) fail("malloc");
    chunk->next = NULL, chunk->sent = 0;
    return chunk;
}

static void give_chunk(Chunk *chunk) { chunk->next = spare, spare = chunk; }

static void read_some(Link *link, Way *way) {
    Chunk *chunk = take_chunk();
    ssize_t got = recv(way->from, chunk->bytes, CHUNK_BYTES, MSG_DONTWAIT);
    if (got < 0) {
        if (errno != EAGAIN && errno != EINTR) link->broken = 1;
        return give_chunk(chunk);
    }
    chunk->count = (size_t)got, chunk->due = now() + delay();
    way->ended = got == 0;
    way->held += chunk->count;
    if (way->last) way->last->next = chunk;
    else way->first = chunk;
    way->last = chunk;
}

/* Sends what is due, and returns when the next is. */
static int64_t write_due(Link *link, Way *way, int64_t time) {
    while (way->first && way->first->due <= time && !way->blocked) {
        Chunk *chunk = way->first;
        if (chunk->count == 0) {
            shutdown(way->to, SHUT_WR);
            way->closed = 1;
        } else {
            ssize_t put = send(
                way->to, chunk->bytes + chunk->sent, chunk->count - chunk->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (put < 0 && errno != EAGAIN && errno != EINTR) link->broken = 1;
            if (put < 0) {
                way->blocked = errno == EAGAIN;
                break;
            }
            chunk->sent += (size_t)put, way->held -= (size_t)put;
            if (chunk->sent < chunk->count) continue;
        }
        if (!(way->first = chunk->next)) way->last = NULL;
        give_chunk(chunk);
    }
    return way->first && !way->blocked ? way->first->due : NEVER;
}

static void watch(Link *link, int end, int64_t time) {
    Way *reading = &link->ways[end], *writing = &link->ways[!end];
    int reads = !reading->ended && reading->held < WAY_BYTES_MAX && (end == 1 || time >= link->opens);
    uint32_t wanted = (reads ? EPOLLIN : 0) | (writing->blocked ? EPOLLOUT : 0);
    if (wanted == link->interest[end] || link->left[end]) return;
    struct epoll_event event = {.events = wanted, .data.u64 = (uint64_t)(uintptr_t)link | (uint64_t)end};
    if (epoll_ctl(poll_handle, EPOLL_CTL_MOD, link->ends[end], &event) != 0) fail("epoll_ctl");
    link->interest[end] = wanted;
}

static void drop(Link *link) {
    for (int end = 0; end < 2; end++) {
        close(link->ends[end]);
        for (Chunk *chunk; (chunk = link->ways[end].first);) {
            link->ways[end].first = chunk->next;
            give_chunk(chunk);
        }
    }
    free(link);
}

/* Moves what is due on all links, forgets those that ended, and returns when it has to be called again. */
static int64_t move_all(void) {
    int64_t time = now(), next = NEVER;
    for (Link **place = &links, *link; (link = *place);) {
        for (int n = 0; n < 2; n++) {
            int64_t due = write_due(link, &link->ways[n], time);
            if (due < next) next = due;
        }
        if (link->broken || (link->ways[0].closed && link->ways[1].closed)) {
            *place = link->next;
            drop(link);
            continue;
        }
        for (int end = 0; end < 2; end++) watch(link, end, time);
        if (time < link->opens && link->opens < next) next = link->opens;
        place = &link->next;
    }
    return next;
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void accept_one(int listener, int port) {
    int one = 1, client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) return;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(port);
    Link *link = calloc(1, sizeof *link);
    if (server < 0 || !link) fail("accept");
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        close(client), close(server), free(link);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    link->opens = now() + 2 * delay();
    link->ends[0] = client, link->ends[1] = server;
    link->ways[0] = (Way){.from = client, .to = server};
    link->ways[1] = (Way){.from = server, .to = client};
    for (int end = 0; end < 2; end++) {
        struct epoll_event event = {.data.u64 = (uint64_t)(uintptr_t)link | (uint64_t)end};
        if (epoll_ctl(poll_handle, EPOLL_CTL_ADD, link->ends[end], &event) != 0) fail("epoll_ctl");
    }
    link->next = links, links = link;
}

static void happened(struct epoll_event *event) {
    Link *link = (Link *)(uintptr_t)(event->data.u64 & ~(uint64_t)1);
    int end = (int)(event->data.u64 & 1);
    if (event->events & EPOLLERR) link->broken = 1;
    if (event->events & EPOLLOUT) link->ways[!end].blocked = 0;
    if (event->events & EPOLLIN) {
        read_some(link, &link->ways[end]);
    } else if (event->events & EPOLLHUP && link->ways[end].ended) {
        epoll_ctl(poll_handle, EPOLL_CTL_DEL, link->ends[end], NULL);
        link->left[end] = 1, link->ways[!end].blocked = 0;
    }
}

static int listen_anywhere(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **words) {
    if (count != 3) return fprintf(stderr, "usage: delay PORT MICROSECONDS\n"), 64;
    delay_set = atoll(words[2]) * 1000;
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_signal);
    if ((poll_handle = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll");
    int listener = listen_anywhere();
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0}, events[EVENTS_MAX];
    if (epoll_ctl(poll_handle, EPOLL_CTL_ADD, listener, &event) != 0) fail("epoll_ctl");
    for (;;) {
        int64_t next = move_all(), left = next - now();
        struct timespec rest = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        if (left < 0) rest = (struct timespec){0};
        int found = epoll_pwait2(poll_handle, events, EVENTS_MAX, next == NEVER ? NULL : &rest, NULL);
        for (int n = 0; n < found; n++) {
            if (events[n].data.u64 == 0) accept_one(listener, atoi(words[1]));
            else happened(&events[n]);
        }
    }
}
