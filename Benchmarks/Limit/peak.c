/* peak COMMAND…: runs a command and tells its peak resident memory, CPU and wall time as one line of JSON on
 * descriptor 3, and the bytes that the command itself (not its children) took from read(2) and its kin.
 *
 * It is a program of its own because the kernel starts a child's peak at that of the process that forked it, and this
 * one is as small as a process can be. As a subreaper it also waits for what the command left running.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What a process will have read: the first line of its /proc/PID/io. It has to be opened while the process lives, and
 * can be read until somebody waits for it. */
static FILE *open_counters(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/io", (int)process);
    return fopen(path, "re");
}

static long long bytes_read(FILE *counters) {
    long long bytes = -1;
    return counters && fscanf(counters, "rchar: %lld", &bytes) == 1 ? bytes : -1;
}

int main(int count, char **words) {
    if (count < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return 2;
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execvp(words[1], words + 1);
        perror(words[1]);
        _exit(127);
    }
    FILE *counters = open_counters(child);
    int status, result = 2;
    siginfo_t info;
    while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) != 0) {}
    double returned = now() - start;
    long long read_bytes = bytes_read(counters);
    for (pid_t ended; (ended = wait(&status)) > 0;)
        if (ended == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    dprintf(
        3, "{\"exit\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_bytes\": %ld, "
        "\"read_bytes\": %lld}\n",
        result, returned, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss * 1024L, read_bytes);
    return result;
}
