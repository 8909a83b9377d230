// A static program that makes the calls which a C library seldom makes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(const char *what, long result) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}
#define DO(call) must(#call, (long)(call))

static int open_how(const char *path, unsigned long long flags, unsigned long long mode) {
  struct open_how how = {.flags = flags, .mode = mode};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

int main(void) {
  int fd = open_how("two", O_CREAT | O_RDWR, 0644);
  must("openat2", fd);
  struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
  DO(writev(fd, parts, 2));
  DO(pwritev2(fd, parts, 2, 100, 0));
  DO(open_how("two", O_RDONLY, 0));
  DO(open_how("two", O_WRONLY | O_TRUNC, 0));
  DO(creat("three", 0600));
  DO(mkdir("dir", 0755));
  DO(syscall(SYS_renameat2, AT_FDCWD, "two", AT_FDCWD, "three", 2 /* exchange */));
  DO(syscall(SYS_renameat2, AT_FDCWD, "two", AT_FDCWD, "dir/four", 1 /* no replace */));
  if (syscall(SYS_renameat2, AT_FDCWD, "three", AT_FDCWD, "dir/four", 1) == 0) return 2;
  DO(mknodat(AT_FDCWD, "plain", S_IFREG | 0644, 0));
  DO(mknod("pipe", S_IFIFO | 0644, 0));
  int dir = open("dir", O_RDONLY | O_DIRECTORY);
  DO(fchdir(dir));
  DO(linkat(dir, "four", AT_FDCWD, "../hard", 0));
  DO(symlinkat("../plain", dir, "soft"));
  DO(fchmodat(dir, "four", 0640, 0));
  DO(truncate("soft", 50));
  DO(fchownat(dir, "soft", getuid(), getgid(), AT_SYMLINK_NOFOLLOW));
  DO(fchownat(fd, "", getuid(), getgid(), AT_EMPTY_PATH));
  DO(utimensat(dir, "soft", NULL, AT_SYMLINK_NOFOLLOW));
  DO(futimens(fd, NULL));
  struct timespec omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
  DO(utimensat(dir, "four", omit, 0));
  DO(chdir(".."));
  int nameless = open(".", O_TMPFILE | O_RDWR, 0644);
  must("O_TMPFILE", nameless);
  DO(write(nameless, "nameless", 8));
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", nameless);
  DO(linkat(AT_FDCWD, name, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
  int named = open("named", O_WRONLY | O_APPEND);
  DO(write(named, "named", 5));
  int plain = open("plain", O_RDWR);
  off_t from = 0, to = 10;
  DO(copy_file_range(nameless, &from, plain, &to, 8, 0));
  int ends[2];
  DO(pipe(ends));
  DO(write(ends[1], "spliced", 7));
  DO(splice(ends[0], NULL, plain, NULL, 7, 0));
  DO(fallocate(plain, 0, 0, 8192));
  DO(fallocate(plain, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 4096, 4096));
  DO(ftruncate(plain, 60));
  pid_t child = vfork();
  if (child == 0) _exit(unlinkat(AT_FDCWD, "pipe", 0) == 0 ? 0 : 1);
  int status;
  DO(waitpid(child, &status, 0));
  DO(unlink("dir/soft"));
  DO(unlink("dir/four"));
  DO(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
  DO(write(fd, "x", 1));
  return status;
}
