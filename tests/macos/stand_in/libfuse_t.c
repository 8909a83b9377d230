/*
 * A stand-in for libfuse-t: fuse_mount starts a server, as the library does, and returns before anything is mounted. The
 * server is the command that AGENTVFS_STAND_IN_SERVER has; its end of the socket is descriptor 3, the mountpoint its argument.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

struct args { int argc; char **argv; int allocated; };
struct channel { int fd; };

__attribute__((visibility("default"))) struct channel *fuse_mount(const char *mountpoint, struct args *args) {
  int pair[2];
  const char *server = getenv("AGENTVFS_STAND_IN_SERVER");
  if (server == NULL || args->argc != 3 || strstr(args->argv[2], "attrcache-timeout=1") == NULL) return NULL;
  signal(SIGCHLD, SIG_DFL);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) return NULL;
  for (int i = 0; i < 2; i++) {
    int bytes = 4 * 1024 * 1024;
    setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    setsockopt(pair[i], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  pid_t pid = fork();
  if (pid < 0) return NULL;
  if (pid == 0) {
    setsid();
    if (pair[1] != 3) dup2(pair[1], 3);
    for (int fd = 4; fd < 1024; fd++) close(fd);
    char command[8192];
    strncpy(command, server, sizeof command - 1);
    execl("/bin/sh", "sh", "-c", command, "server", mountpoint, (char *)NULL);
    _exit(127);
  }
  close(pair[1]);
  struct channel *channel = malloc(sizeof *channel);
  channel->fd = pair[0];
  fcntl(pair[0], F_SETFD, FD_CLOEXEC);
  return channel;
}

__attribute__((visibility("default"))) int fuse_chan_fd(struct channel *channel) { return channel->fd; }

__attribute__((visibility("default"))) void fuse_unmount(const char *mountpoint, struct channel *channel) {
  umount2(mountpoint, MNT_DETACH);
  close(channel->fd);
}
