// What glibc declares only under _GNU_SOURCE, which Swift's Glibc module is built without.
#ifndef TRUNKLINE_CLINUX_H
#define TRUNKLINE_CLINUX_H

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

// rename(2). The flag is in <linux/fs.h>.
extern int renameat2(int oldDirectory, const char *oldPath, int newDirectory, const char *newPath, unsigned int flags);
static const unsigned int LINUX_RENAME_NOREPLACE = 1;

// fallocate(2). The flag is in <linux/falloc.h>.
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
static const int LINUX_FALLOC_FL_KEEP_SIZE = 1;

// sync_file_range(2). The flag is in <linux/fs.h>.
extern int sync_file_range(int descriptor, off_t offset, off_t length, unsigned int flags);
static const unsigned int LINUX_SYNC_FILE_RANGE_WRITE = 2;

// pipe(2), fcntl(2).
extern int pipe2(int ends[2], int flags);
static const int LINUX_F_SETPIPE_SZ = 1031;

// accept4(2). The flags are SOCK_NONBLOCK and SOCK_CLOEXEC, which Swift does not take for numbers.
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
static const int LINUX_SOCK_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int LINUX_SOCK_STREAM = SOCK_STREAM;
static const int LINUX_SOCK_DGRAM = SOCK_DGRAM;

// unix(7), SO_PEERCRED: struct ucred.
struct linux_peer {
    pid_t process;
    uid_t user;
    gid_t group;
};

// poll(2): the peer of a stream socket has closed.
static const int LINUX_POLLRDHUP = 0x2000;

// eventfd(2): EFD_NONBLOCK and EFD_CLOEXEC.
static const int LINUX_EFD_FLAGS = EFD_NONBLOCK | EFD_CLOEXEC;

// inotify(7): IN_NONBLOCK and IN_CLOEXEC, which are those of open(2).
static const int LINUX_IN_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;

// posix_spawn(3), glibc 2.26 (SETSID) and 2.34 (closefrom).
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
static const short LINUX_POSIX_SPAWN_SETSID = 0x80;

// pthread_setname_np(3): at most 15 bytes and the terminating zero.
extern int pthread_setname_np(pthread_t thread, const char *name);

// sched_setaffinity(2), CPU_COUNT(3).
extern int sched_getaffinity(pid_t process, size_t setBytes, cpu_set_t *set);

// environ(7) as a function: Swift refuses the mutable global.
extern char **environ;
static inline char *const *linux_environment(void) { return environ; }

#endif
