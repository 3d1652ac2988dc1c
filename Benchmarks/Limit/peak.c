/* peak COMMAND…: runs a command and tells its peak resident memory, CPU and wall time as one line of JSON on
 * descriptor 3.
 *
 * It is a program of its own because the kernel starts a child's peak at that of the process that forked it, and this
 * one is as small as a process can be. As a subreaper it also waits for what the command left running.
 */
#define _GNU_SOURCE
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

int main(int count, char **words) {
    if (count < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return 2;
    double start = now(), returned = 0;
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execvp(words[1], words + 1);
        perror(words[1]);
        _exit(127);
    }
    int status, result = 2;
    for (pid_t ended; (ended = wait(&status)) > 0;)
        if (ended == child) {
            returned = now() - start;
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    dprintf(
        3, "{\"exit\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_bytes\": %ld}\n", result, returned,
        seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss * 1024L);
    return result;
}
