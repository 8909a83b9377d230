/*
 * A stand-in for macOS's libSystem on Linux (x86_64): the calls that ffi/macos binds, with macOS's structs, flags and error
 * numbers, carried out by Linux. Written from the headers' documentation; it shows that our side says what those say, and
 * nothing of what macOS does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define NAMED(name) __asm__(name)
#define EXPORT __attribute__((visibility("default")))

static __thread int last_error;

static int darwin_errno(int e) {
  switch (e) {
    case EAGAIN: return 35;
    case ENAMETOOLONG: return 63;
    case ENOSYS: return 78;
    case ENOTEMPTY: return 66;
    case ELOOP: return 62;
    case ENODATA: return 93;
    case EPROTO: return 100;
    case EOVERFLOW: return 84;
    case EOPNOTSUPP: return 45;
    case ENOTCONN: return 57;
    case ESTALE: return 70;
    case EDQUOT: return 69;
    default: return e;
  }
}

static long said(long result) {
  if (result < 0) last_error = darwin_errno(errno);
  return result;
}

EXPORT int *d_error(void) NAMED("__error");
int *d_error(void) { return &last_error; }

static int open_flags(int flags) {
  int f = flags & 3;
  if (flags & 0x4) f |= O_NONBLOCK;
  if (flags & 0x8) f |= O_APPEND;
  if (flags & 0x100) f |= O_NOFOLLOW;
  if (flags & 0x200) f |= O_CREAT;
  if (flags & 0x400) f |= O_TRUNC;
  if (flags & 0x800) f |= O_EXCL;
  if (flags & 0x100000) f |= O_DIRECTORY;
  if (flags & 0x200000) f |= O_PATH | O_NOFOLLOW; /* O_SYMLINK */
  if (flags & 0x1000000) f |= O_CLOEXEC;
  if (f & O_PATH) f &= O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC;
  return f;
}

EXPORT int d_openat(int dir, const char *path, int flags, uint64_t mode) NAMED("openat");
int d_openat(int dir, const char *path, int flags, uint64_t mode) {
  if (strlen(path) >= 1024) { errno = ENAMETOOLONG; return said(-1); } /* PATH_MAX */
  if (flags & 0x20000000) { /* O_NOFOLLOW_ANY */
    struct { uint64_t flags, mode, resolve; } how = {0, 0, 0x0c};
    how.flags = (uint32_t)open_flags(flags);
    if (how.flags & (O_CREAT)) how.mode = mode;
    return said(syscall(437, dir, path, &how, sizeof how));
  }
  return said(syscall(SYS_openat, dir, path, open_flags(flags), mode));
}
EXPORT int d_open(const char *path, int flags, uint64_t mode) NAMED("open");
int d_open(const char *path, int flags, uint64_t mode) { return d_openat(AT_FDCWD, path, flags, mode); }

/* While the file is there whose path AGENTVFS_STAND_IN_HOLD has, no journal is brought to the disk; PATH.held says that one waits. */
static void hold_journal(int fd) {
  const char *hold = getenv("AGENTVFS_STAND_IN_HOLD");
  char link[64], path[1024], held[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = readlink(link, path, sizeof path - 1);
  if (hold == NULL || length < 0) return;
  path[length] = 0;
  if (strstr(path, ".journal") == NULL) return;
  while (access(hold, F_OK) == 0) {
    snprintf(held, sizeof held, "%s.held", hold);
    long mark = syscall(SYS_openat, AT_FDCWD, held, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (mark >= 0) syscall(SYS_close, mark);
    usleep(5000);
  }
}

EXPORT int d_fcntl(int fd, int command, uint64_t argument) NAMED("fcntl");
int d_fcntl(int fd, int command, uint64_t argument) {
  switch (command) {
    case 2: return said(syscall(SYS_fcntl, fd, F_SETFD, argument)); /* F_SETFD */
    case 3: { /* F_GETFL */
      long flags = said(syscall(SYS_fcntl, fd, F_GETFL, 0));
      return flags < 0 ? flags : (flags & 3) | (flags & O_NONBLOCK ? 4 : 0);
    }
    case 4: return said(syscall(SYS_fcntl, fd, F_SETFL, argument & 4 ? O_NONBLOCK : 0));
    case 42: { /* F_PREALLOCATE, from the end of what is allocated */
      struct { uint32_t flags; int32_t mode; int64_t offset, length, allocated; } *store = (void *)argument;
      struct stat st;
      if (store->flags != 4 || store->mode != 3) { errno = EINVAL; return said(-1); }
      if (syscall(SYS_fstat, fd, &st) < 0) return said(-1);
      return said(syscall(SYS_fallocate, fd, 1, (int64_t)st.st_blocks * 512, store->length));
    }
    case 50: { /* F_GETPATH */
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      long length = readlink(link, (char *)argument, 1023);
      if (length < 0) return said(-1);
      ((char *)argument)[length] = 0;
      return 0;
    }
    case 51: /* F_FULLFSYNC */
      hold_journal(fd);
      return said(syscall(SYS_fsync, fd));
    case 99: { /* F_PUNCHHOLE */
      struct { uint32_t flags, reserved; int64_t offset, length; } *hole = (void *)argument;
      return said(syscall(SYS_fallocate, fd, 3, hole->offset, hole->length));
    }
    default: errno = EINVAL; return said(-1);
  }
}

#define FORWARD(result, name, parameters, ...) \
  EXPORT result d_##name parameters NAMED(#name); \
  result d_##name parameters { return said(__VA_ARGS__); }

FORWARD(int, close, (int fd), syscall(SYS_close, fd))
FORWARD(ssize_t, read, (int fd, void *b, size_t n), syscall(SYS_read, fd, b, n))
FORWARD(ssize_t, write, (int fd, const void *b, size_t n), syscall(SYS_write, fd, b, n))
FORWARD(ssize_t, pread, (int fd, void *b, size_t n, int64_t at), syscall(SYS_pread64, fd, b, n, at))
FORWARD(ssize_t, pwrite, (int fd, const void *b, size_t n, int64_t at), syscall(SYS_pwrite64, fd, b, n, at))
FORWARD(int, ftruncate, (int fd, int64_t size), syscall(SYS_ftruncate, fd, size))
FORWARD(int, fsync, (int fd), syscall(SYS_fsync, fd))
FORWARD(int, fsync_volume_np, (int fd, int flags), flags == 3 ? syscall(SYS_syncfs, fd) : (errno = EINVAL, -1))
FORWARD(int64_t, lseek, (int fd, int64_t at, int whence),
        syscall(SYS_lseek, fd, at, whence == 3 ? SEEK_HOLE : whence == 4 ? SEEK_DATA : whence))
FORWARD(int, flock, (int fd, int operation), syscall(SYS_flock, fd, operation))
FORWARD(int, mkdirat, (int d, const char *n, uint32_t m), syscall(SYS_mkdirat, d, n, m))
FORWARD(int, mknodat, (int d, const char *n, uint32_t m, int dev), syscall(SYS_mknodat, d, n, m, dev))
FORWARD(int, symlinkat, (const char *t, int d, const char *n), syscall(SYS_symlinkat, t, d, n))
FORWARD(int, linkat, (int a, const char *b, int c, const char *d, int f), syscall(SYS_linkat, a, b, c, d, f))
FORWARD(int, unlinkat, (int d, const char *n, int f), syscall(SYS_unlinkat, d, n, f & 0x80 ? 0x200 : 0))
FORWARD(int, renameatx_np, (int a, const char *b, int c, const char *d, uint32_t f),
        syscall(SYS_renameat2, a, b, c, d, f == 2 ? 2 : f == 4 ? 1 : f))
FORWARD(int, faccessat, (int d, const char *n, int m, int f), syscall(SYS_faccessat, d, n, m))

/* On macOS what O_SYMLINK has open can be changed like anything else: here it is named by the descriptor. */
static const char *named_by(int fd, char link[static 64]) {
  snprintf(link, 64, "/proc/self/fd/%d", fd);
  return link;
}
static int is_path_only(int fd) { return (syscall(SYS_fcntl, fd, F_GETFL, 0) & O_PATH) != 0; }

EXPORT int d_fchmod(int fd, uint32_t mode) NAMED("fchmod");
int d_fchmod(int fd, uint32_t mode) {
  char link[64];
  if (!is_path_only(fd)) return said(syscall(SYS_fchmod, fd, mode));
  return said(syscall(SYS_fchmodat, AT_FDCWD, named_by(fd, link), mode));
}
EXPORT int d_fchown(int fd, uint32_t user, uint32_t group) NAMED("fchown");
int d_fchown(int fd, uint32_t user, uint32_t group) {
  char link[64];
  if (!is_path_only(fd)) return said(syscall(SYS_fchown, fd, user, group));
  return said(syscall(SYS_fchownat, AT_FDCWD, named_by(fd, link), user, group, 0));
}
FORWARD(ssize_t, readlinkat, (int d, const char *n, char *b, size_t s), syscall(SYS_readlinkat, d, n, b, s))
FORWARD(int, dup, (int fd), syscall(SYS_dup, fd))
FORWARD(int, dup2, (int a, int b), syscall(SYS_dup2, a, b))
FORWARD(int, unmount, (const char *path, int flags), syscall(SYS_umount2, path, flags & 0x80000 ? MNT_DETACH : 0))
FORWARD(ssize_t, recv, (int fd, void *b, size_t n, int f),
        syscall(SYS_recvfrom, fd, b, n, (f & 2 ? MSG_PEEK : 0) | (f & 0x80 ? MSG_DONTWAIT : 0), 0, 0))
FORWARD(ssize_t, send, (int fd, const void *b, size_t n, int f),
        syscall(SYS_sendto, fd, b, n, MSG_NOSIGNAL | (f & 0x80 ? MSG_DONTWAIT : 0), 0, 0))
FORWARD(int, pipe, (int *ends), syscall(SYS_pipe2, ends, 0))
FORWARD(int, poll, (struct pollfd *p, uint32_t n, int t), syscall(SYS_poll, p, n, t))

EXPORT int d_futimens(int fd, const struct timespec *given) NAMED("futimens");
int d_futimens(int fd, const struct timespec *given) {
  struct timespec times[2] = {given[0], given[1]};
  for (int i = 0; i < 2; i++) {
    if (times[i].tv_nsec == -1) times[i].tv_nsec = UTIME_NOW;
    if (times[i].tv_nsec == -2) times[i].tv_nsec = UTIME_OMIT;
  }
  char link[64];
  if (!is_path_only(fd)) return said(syscall(SYS_utimensat, fd, NULL, times, 0));
  return said(syscall(SYS_utimensat, AT_FDCWD, named_by(fd, link), times, 0));
}

EXPORT int d_clock(int id, struct timespec *into) NAMED("clock_gettime");
int d_clock(int id, struct timespec *into) {
  if (id != 0 && id != 6) { errno = EINVAL; return said(-1); }
  return said(syscall(SYS_clock_gettime, id == 6 ? CLOCK_MONOTONIC : CLOCK_REALTIME, into));
}

/* struct stat with 64-bit inode numbers */
static void lay_stat(const struct stat *st, int dir, const char *path, int flags, char *into) {
  struct statx born;
  memset(into, 0, 144);
#define U32(at, v) do { uint32_t x = (uint32_t)(v); memcpy(into + (at), &x, 4); } while (0)
#define U16(at, v) do { uint16_t x = (uint16_t)(v); memcpy(into + (at), &x, 2); } while (0)
#define U64(at, v) do { uint64_t x = (uint64_t)(v); memcpy(into + (at), &x, 8); } while (0)
  uint32_t major = (st->st_dev >> 8) & 0xfff, minor = (st->st_dev & 0xff) | ((st->st_dev >> 12) & 0xfff00);
  uint32_t rmajor = (st->st_rdev >> 8) & 0xfff, rminor = (st->st_rdev & 0xff) | ((st->st_rdev >> 12) & 0xfff00);
  U32(0, (major << 24) | (minor & 0xffffff));
  U16(4, st->st_mode);
  U16(6, st->st_nlink);
  U64(8, st->st_ino);
  U32(16, st->st_uid);
  U32(20, st->st_gid);
  U32(24, (rmajor << 24) | (rminor & 0xffffff));
  memcpy(into + 32, &st->st_atim, 16);
  memcpy(into + 48, &st->st_mtim, 16);
  memcpy(into + 64, &st->st_ctim, 16);
  if (syscall(SYS_statx, dir, path, flags, STATX_BTIME, &born) == 0 && (born.stx_mask & STATX_BTIME)) {
    U64(80, born.stx_btime.tv_sec);
    U64(88, born.stx_btime.tv_nsec);
  }
  U64(96, st->st_size);
  U64(104, st->st_blocks);
  U32(112, st->st_blksize);
}

EXPORT int d_fstat(int fd, char *into) NAMED("fstat$INODE64");
int d_fstat(int fd, char *into) {
  struct stat st;
  if (syscall(SYS_fstat, fd, &st) < 0) return said(-1);
  lay_stat(&st, fd, "", AT_EMPTY_PATH, into);
  return 0;
}
EXPORT int d_fstatat(int dir, const char *path, char *into, int flags) NAMED("fstatat$INODE64");
int d_fstatat(int dir, const char *path, char *into, int flags) {
  struct stat st;
  int at_flags = flags & 0x20 ? AT_SYMLINK_NOFOLLOW : 0;
  if (syscall(SYS_newfstatat, dir, path, &st, at_flags) < 0) return said(-1);
  lay_stat(&st, dir, path, at_flags, into);
  return 0;
}

/* struct statfs with 64-bit inode numbers */
static void lay_statfs(const struct statfs *fs, const char *type, const char *on, const char *from, char *into) {
  memset(into, 0, 2168);
  U32(0, fs->f_bsize);
  U64(8, fs->f_blocks);
  U64(16, fs->f_bfree);
  U64(24, fs->f_bavail);
  U64(32, fs->f_files);
  U64(40, fs->f_ffree);
  memcpy(into + 48, &fs->f_fsid, 8);
  U32(64, fs->f_flags & 1);
  int ours = strncmp(type, "fuse", 4) == 0;
  snprintf(into + 72, 16, "%s", ours ? "nfs" : "apfs");
  snprintf(into + 88, 1024, "%s", on);
  snprintf(into + 1112, 1024, "%s%s", ours ? "fuse-t:/" : "", from);
}

EXPORT int d_statfs(const char *path, char *into) NAMED("statfs$INODE64");
int d_statfs(const char *path, char *into) {
  struct statfs fs;
  if (syscall(SYS_statfs, path, &fs) < 0) return said(-1);
  lay_statfs(&fs, fs.f_type == 0x65735546 ? "fuse" : "", "", "", into);
  return 0;
}
EXPORT int d_getfsstat(char *into, int size, int flags) NAMED("getfsstat$INODE64");
int d_getfsstat(char *into, int size, int flags) {
  FILE *mounts = setmntent("/proc/self/mounts", "r");
  if (mounts == NULL) return said(-1);
  struct mntent *entry;
  int count = 0;
  while ((entry = getmntent(mounts)) != NULL && (count + 1) * 2168 <= size) {
    struct statfs none;
    memset(&none, 0, sizeof none);
    /* Each mount has a number of its own. Nobody is asked for it, who may not answer. */
    uint32_t number = 5381;
    for (const char *at = entry->mnt_dir; *at != 0; at++) number = number * 33 + (unsigned char)*at;
    memcpy(&none.f_fsid, &number, 4);
    lay_statfs(&none, entry->mnt_type, entry->mnt_dir, entry->mnt_fsname, into + count++ * 2168);
  }
  endmntent(mounts);
  return count;
}

/* struct dirent with 64-bit inode numbers */
EXPORT void *d_fdopendir(int fd) NAMED("fdopendir$INODE64");
void *d_fdopendir(int fd) {
  DIR *stream = fdopendir(fd);
  if (stream == NULL) said(-1);
  return stream;
}
EXPORT void *d_readdir(DIR *stream) NAMED("readdir$INODE64");
void *d_readdir(DIR *stream) {
  static __thread char laid[21 + 1024];
  errno = 0;
  struct dirent *entry = readdir(stream);
  if (entry == NULL) { if (errno != 0) said(-1); return NULL; }
  char *into = laid;
  memset(into, 0, sizeof laid);
  U64(0, entry->d_ino);
  U16(18, strlen(entry->d_name));
  laid[20] = entry->d_type;
  strcpy(laid + 21, entry->d_name);
  return laid;
}

/* Extended attributes have no namespaces: here they are those of users. */
static const char *user(const char *name, char into[1024]) {
  snprintf(into, 1024, "user.%s", name);
  return into;
}
static ssize_t plain(ssize_t length, const char *full, char *into, size_t size) {
  if (length < 0) return said(-1);
  ssize_t laid = 0;
  for (ssize_t at = 0; at < length; at += strlen(full + at) + 1) {
    if (strncmp(full + at, "user.", 5) != 0) continue;
    size_t bytes = strlen(full + at + 5) + 1;
    if (size > 0) {
      if (laid + bytes > size) { errno = ERANGE; return said(-1); }
      memcpy(into + laid, full + at + 5, bytes);
    }
    laid += bytes;
  }
  return laid;
}
EXPORT ssize_t d_flistxattr(int fd, char *into, size_t size, int options) NAMED("flistxattr");
ssize_t d_flistxattr(int fd, char *into, size_t size, int options) {
  char full[65536];
  return plain(syscall(SYS_flistxattr, fd, full, sizeof full), full, into, size);
}
EXPORT ssize_t d_listxattr(const char *path, char *into, size_t size, int options) NAMED("listxattr");
ssize_t d_listxattr(const char *path, char *into, size_t size, int options) {
  char full[65536];
  return plain(syscall(options & 1 ? SYS_llistxattr : SYS_listxattr, path, full, sizeof full), full, into, size);
}
EXPORT ssize_t d_fgetxattr(int fd, const char *name, void *v, size_t n, uint32_t at, int options) NAMED("fgetxattr");
ssize_t d_fgetxattr(int fd, const char *name, void *v, size_t n, uint32_t at, int options) {
  char full[1024];
  return said(syscall(SYS_fgetxattr, fd, user(name, full), v, n));
}
EXPORT ssize_t d_getxattr(const char *p, const char *name, void *v, size_t n, uint32_t at, int options) NAMED("getxattr");
ssize_t d_getxattr(const char *p, const char *name, void *v, size_t n, uint32_t at, int options) {
  char full[1024];
  return said(syscall(options & 1 ? SYS_lgetxattr : SYS_getxattr, p, user(name, full), v, n));
}
EXPORT int d_setxattr(const char *p, const char *name, const void *v, size_t n, uint32_t at, int options) NAMED("setxattr");
int d_setxattr(const char *p, const char *name, const void *v, size_t n, uint32_t at, int options) {
  char full[1024];
  return said(syscall(options & 1 ? SYS_lsetxattr : SYS_setxattr, p, user(name, full), v, n, 0));
}
EXPORT int d_removexattr(const char *p, const char *name, int options) NAMED("removexattr");
int d_removexattr(const char *p, const char *name, int options) {
  char full[1024];
  return said(syscall(options & 1 ? SYS_lremovexattr : SYS_removexattr, p, user(name, full)));
}

/* Memory without a name; it is of no length yet, as there. */
EXPORT int d_shm_open(const char *name, int flags, uint64_t mode) NAMED("shm_open");
int d_shm_open(const char *name, int flags, uint64_t mode) {
  if (strlen(name) > 31) { errno = ENAMETOOLONG; return said(-1); }
  return said(syscall(SYS_memfd_create, name + 1, 1 /* MFD_CLOEXEC */));
}
EXPORT int d_shm_unlink(const char *name) NAMED("shm_unlink");
int d_shm_unlink(const char *name) { return 0; }

/* The profile that only computes: what opens, connects, starts or ends anything is refused. There is none while there is HOLD.no-sandbox. */
EXPORT int d_sandbox_init(const char *profile, uint64_t flags, char **error) NAMED("sandbox_init");
int d_sandbox_init(const char *profile, uint64_t flags, char **error) {
  static const int refused[] = {
    SYS_open, SYS_openat, 437 /* openat2 */, SYS_creat, SYS_unlink, SYS_unlinkat, SYS_rename, SYS_renameat2, SYS_mkdir, SYS_mkdirat,
    SYS_socket, SYS_connect, SYS_bind, SYS_fork, SYS_vfork, SYS_execve, SYS_execveat, SYS_kill, SYS_ptrace, SYS_truncate,
  };
  enum { COUNT = sizeof refused / sizeof *refused };
  struct sock_filter code[COUNT + 3];
  char refuses[1024];
  snprintf(refuses, sizeof refuses, "%s.no-sandbox", getenv("AGENTVFS_STAND_IN_HOLD"));
  if (flags != 1 || strcmp(profile, "pure-computation") != 0 || access(refuses, F_OK) == 0) { *error = "no such profile"; errno = EINVAL; return said(-1); }
  code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
  for (int i = 0; i < COUNT; i++)
    code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], COUNT - i, 0);
  code[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  struct sock_fprog program = {COUNT + 3, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return said(-1);
  return said(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}
EXPORT int d_setitimer(int which, const struct itimerval *value, void *before) NAMED("setitimer");
int d_setitimer(int which, const struct itimerval *value, void *before) {
  return said(syscall(SYS_setitimer, which, value, before));
}

/* As Apple silicon counts: 24 of them are a microsecond. */
EXPORT int d_timebase(uint32_t *fraction) NAMED("mach_timebase_info");
int d_timebase(uint32_t *fraction) { fraction[0] = 125; fraction[1] = 3; return 0; }

/* struct proc_taskinfo */
static int task_info(int pid, char *into, int size) {
  char path[64];
  unsigned long long user, system;
  long resident;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL || size < 96) return 0;
  int count = fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
                     &user, &system, &resident);
  fclose(file);
  if (count != 3) return 0;
  memset(into, 0, 96);
  U64(8, (uint64_t)resident * 4096);
  U64(16, user * 240000);
  U64(24, system * 240000);
  return 96;
}

/* libproc */
EXPORT int d_pidinfo(int pid, int flavor, uint64_t argument, char *into, int size) NAMED("proc_pidinfo");
int d_pidinfo(int pid, int flavor, uint64_t argument, char *into, int size) {
  char path[64], text[4096];
  if (flavor == 9) {
    if (size < 2352) return 0;
    memset(into, 0, 2352);
    snprintf(path, sizeof path, "/proc/%d/cwd", pid);
    return readlink(path, into + 152, 1023) < 0 ? 0 : 2352;
  }
  if (flavor == 4) return task_info(pid, into, size);
  if (flavor != 3 || size < 136) return 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *end = strrchr(text, ')'), *begin = strchr(text, '(');
  if (end == NULL || begin == NULL) return 0;
  memset(into, 0, 136);
  char state;
  int parent;
  unsigned long long ticks;
  if (sscanf(end + 2, "%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
             &parent, &ticks) != 3) return 0;
  U32(4, state == 'Z' ? 5 : 2);
  U32(12, pid);
  U32(16, parent);
  size_t name = end - begin - 1;
  memcpy(into + 48, begin + 1, name > 15 ? 15 : name);
  U64(120, ticks / 100 + 1);
  U64(128, ticks % 100 * 10000);
  return 136;
}
EXPORT int d_pidpath(int pid, char *into, uint32_t size) NAMED("proc_pidpath");
int d_pidpath(int pid, char *into, uint32_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  ssize_t length = readlink(path, into, size);
  return length < 0 ? 0 : length;
}
/* Whether a link of /proc leads to a directory, or to what is below it. */
static int leads_to(const char *link, const char *path) {
  char target[4096];
  size_t length = strlen(path);
  ssize_t got = readlink(link, target, sizeof target - 1);
  if (got < 0) return 0;
  target[got] = 0;
  return strncmp(target, path, length) == 0 && (target[length] == 0 || target[length] == '/');
}
static int uses(const char *pid, const char *path) {
  char at[600];
  snprintf(at, sizeof at, "/proc/%s/cwd", pid);
  if (leads_to(at, path)) return 1;
  snprintf(at, sizeof at, "/proc/%s/fd", pid);
  DIR *fds = opendir(at);
  if (fds == NULL) return 0;
  int found = 0;
  for (struct dirent *entry; !found && (entry = readdir(fds)) != NULL;) {
    snprintf(at, sizeof at, "/proc/%s/fd/%s", pid, entry->d_name);
    found = leads_to(at, path);
  }
  closedir(fds);
  return found;
}
EXPORT int d_pidsonpath(uint32_t t, uint32_t i, const char *p, uint32_t f, int *into, int size) NAMED("proc_listpidspath");
int d_pidsonpath(uint32_t type, uint32_t i, const char *path, uint32_t flags, int *into, int size) {
  if (type != 1 || flags != 1) { errno = EINVAL; return said(-1); }
  DIR *processes = opendir("/proc");
  int count = 0;
  if (processes == NULL) return said(-1);
  for (struct dirent *entry; (entry = readdir(processes)) != NULL && 4 * (count + 1) <= size;) {
    if (atoi(entry->d_name) > 0 && uses(entry->d_name, path)) into[count++] = atoi(entry->d_name);
  }
  closedir(processes);
  return 4 * count;
}
EXPORT int d_allpids(int *into, int size) NAMED("proc_listallpids");
int d_allpids(int *into, int size) {
  DIR *processes = opendir("/proc");
  int count = 0;
  if (processes == NULL) return said(-1);
  for (struct dirent *entry; (entry = readdir(processes)) != NULL && 4 * (count + 1) <= size;) {
    if (atoi(entry->d_name) > 0) into[count++] = atoi(entry->d_name);
  }
  closedir(processes);
  return count;
}
EXPORT int d_sysctl(int *name, uint32_t words, char *into, size_t *size, void *n, size_t ns) NAMED("sysctl");
int d_sysctl(int *name, uint32_t words, char *into, size_t *size, void *n, size_t ns) {
  if (words != 3 || name[0] != 1 || name[1] != 49) { errno = EINVAL; return said(-1); }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/cmdline", name[2]);
  FILE *file = fopen(path, "r");
  if (file == NULL) return said(-1);
  int at = 4;
  at += snprintf(into + at, 1024, "/program") + 1;
  while (at % 8 != 0) into[at++] = 0;
  size_t length = fread(into + at, 1, *size - at, file);
  fclose(file);
  uint32_t count = 0;
  for (size_t k = 0; k < length; k++) count += into[at + k] == 0;
  memcpy(into, &count, 4);
  *size = at + length;
  return 0;
}
EXPORT int d_sysctlbyname(const char *name, char *into, size_t *size, void *n, size_t ns) NAMED("sysctlbyname");
int d_sysctlbyname(const char *name, char *into, size_t *size, void *n, size_t ns) {
  if (strcmp(name, "kern.bootsessionuuid") != 0) { errno = ENOENT; return said(-1); }
  *size = snprintf(into, *size, "stand-in") + 1;
  return 0;
}

EXPORT int d_getpeereid(int fd, uint32_t *uid, uint32_t *gid) NAMED("getpeereid");
int d_getpeereid(int fd, uint32_t *uid, uint32_t *gid) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return said(-1);
  *uid = peer.uid;
  *gid = peer.gid;
  return 0;
}
EXPORT int d_getsockopt(int fd, int level, int option, void *into, uint32_t *size) NAMED("getsockopt");
int d_getsockopt(int fd, int level, int option, void *into, uint32_t *size) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (level != 0 || option != 2) { errno = EINVAL; return said(-1); }
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return said(-1);
  memcpy(into, &peer.pid, 4);
  return 0;
}

/* A kqueue with one event of the user's: an eventfd. */
EXPORT int d_kqueue(void) NAMED("kqueue");
int d_kqueue(void) { return said(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
struct event { uint64_t ident; int16_t filter; uint16_t flags; uint32_t fflags; int64_t data; uint64_t udata; };
EXPORT int d_kevent(int q, struct event *in, int n, struct event *out, int most, void *timeout) NAMED("kevent");
int d_kevent(int q, struct event *in, int n, struct event *out, int most, void *timeout) {
  uint64_t count = 1;
  struct stat st;
  if (syscall(SYS_fstat, q, &st) < 0 || S_ISFIFO(st.st_mode)) { errno = EBADF; return said(-1); }
  for (int i = 0; i < n; i++) {
    if (in[i].filter != -10) { errno = EINVAL; return said(-1); }
    if (in[i].fflags & 0x1000000) syscall(SYS_write, q, &count, 8);
  }
  return most > 0 && syscall(SYS_read, q, &count, 8) == 8 ? 1 : 0;
}
