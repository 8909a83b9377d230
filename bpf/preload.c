// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * A library for LD_PRELOAD that tells what a program asks its C library for: names it opens, makes, removes, renames, runs, and
 * addresses it connects to. It is the telemetry of machines on which nothing else works.
 *
 * It tells into a file that is mapped (AGENTVFS_PRELOAD_RING names it), and keeps no descriptor: programs close and use again all of
 * them. It needs no library and no version of a symbol, so one file serves glibc and musl. What it needs of them is weak.
 *
 * Whatever goes wrong here, the program goes on as if this were not there.
 *
 * The layout is that of src/telemetry/linux/preload_layout.ts. Build: scripts/build_preload.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#undef open
#undef openat
#undef creat
#undef fopen
#undef freopen
#undef truncate
#undef mknod
#undef mknodat

#define EXPORT __attribute__((visibility("default")))

extern char **environ __attribute__((weak));
extern int *__errno_location(void) __attribute__((weak));
extern void *dlsym(void *, const char *) __attribute__((weak));
extern FILE *fdopen(int, const char *) __attribute__((weak));

/* ---------------------------------------------------------------- calls of the kernel */

#if defined(__x86_64__)
static long call6(long n, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static long call6(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "no such architecture"
#endif

#define call(n, ...) call_(n, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define call_(n, a, b, c, d, e, f, ...) \
  call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The compiler makes calls of these. */
void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  char *t = to;
  const char *f = from;
  while (length--) *t++ = *f++;
  return to;
}
void *memset(void *to, int value, size_t length) {
  char *t = to;
  while (length--) *t++ = (char)value;
  return to;
}

static size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

static int is_same(const char *a, const char *b, size_t length) {
  while (length--) if (*a++ != *b++) return 0;
  return 1;
}

/* ---------------------------------------------------------------- the ring */

enum {
  HEADER = 4096,
  SLOT = 1024,
  TEXT = 48,
  SECOND = 528,
  VERDICT_MS = 50,
};

enum operation {
  OP_READ = 0, OP_WRITE = 1, OP_OPEN = 2, OP_UNLINK = 4, OP_RENAME = 5, OP_TRUNCATE = 6, OP_EXEC = 8, OP_CREATE = 9,
  OP_MKDIR = 10, OP_MKNOD = 11, OP_SYMLINK = 12, OP_LINK = 13, OP_RMDIR = 14, OP_CHMOD = 16, OP_CHOWN = 17,
  OP_CONNECT = 25, OP_SEND = 27,
};

struct header {
  char unused0[64];
  uint32_t head;
  char unused1[60];
  uint32_t mask, wake, waiting, dropped, verdicts;
};

struct slot {
  uint32_t sequence, unused0;
  uint64_t time;
  uint32_t pid, tid;
  uint16_t operation, wants_verdict, length, second_length;
  int64_t argument;
  uint32_t verdict;
  int32_t result;
  char text[SECOND - TEXT], second[SLOT - SECOND];
};

_Static_assert(offsetof(struct header, mask) == 128, "layout");
_Static_assert(offsetof(struct slot, text) == TEXT && sizeof(struct slot) == SLOT, "layout");

static struct header *ring;

/* A program that was started with arguments in another order of its libraries' constructors may call before ours ran. */
static struct header *opened(void) {
  static int tried;
  if (ring || __atomic_exchange_n(&tried, 1, __ATOMIC_ACQ_REL)) return ring;
  static const char NAME[] = "AGENTVFS_PRELOAD_RING=";
  if (!&environ || !environ) return tried = 0, NULL;
  for (char **entry = environ; *entry; entry++) {
    if (!is_same(*entry, NAME, sizeof NAME - 1)) continue;
    long fd = call(SYS_openat, AT_FDCWD, *entry + sizeof NAME - 1, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return NULL;
    long size = call(SYS_lseek, fd, 0, SEEK_END);
    long at = size < HEADER + SLOT ? -EINVAL
                                   : call(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call(SYS_close, fd);
    if (at < 0 && at > -4096) return NULL;
    struct header *mapped = (struct header *)at;
    /* Whoever made the file may have made it too short. */
    if (((size_t)mapped->mask + 1) * SLOT + HEADER > (size_t)size) return NULL;
    __atomic_store_n(&ring, mapped, __ATOMIC_RELEASE);
    return mapped;
  }
  return NULL;
}

__attribute__((constructor)) static void begin(void) { opened(); }

/* A slot of our own, or null. */
static struct slot *reserve(struct header *in, uint32_t *position) {
  for (int tries = 0; tries < 1000; tries++) {
    uint32_t head = __atomic_load_n(&in->head, __ATOMIC_RELAXED);
    struct slot *slot = (struct slot *)((char *)in + HEADER + (size_t)(head & in->mask) * SLOT);
    int32_t behind = (int32_t)(__atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) - head);
    if (behind < 0) break;
    if (behind == 0 && __atomic_compare_exchange_n(&in->head, &head, head + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
      *position = head;
      return slot;
    }
  }
  __atomic_fetch_add(&in->dropped, 1, __ATOMIC_RELAXED);
  return NULL;
}

static uint16_t copy(char *to, size_t room, const char *from) {
  size_t length = length_of(from);
  memcpy(to, from, length < room ? length : room);
  return length > 0xffff ? 0xffff : (uint16_t)length;
}

/* What is not absolute is below the directory it is looked up in. */
static void absolute(char *to, size_t room, int directory, const char *path) {
  size_t at = 0;
  if (path[0] != '/') {
    long length = -1;
    if (directory == AT_FDCWD) {
      length = call(SYS_getcwd, to, room) - 1;
    } else {
      char name[32] = "/proc/self/fd/";
      size_t end = 14, digits = 1;
      for (unsigned rest = (unsigned)directory; rest >= 10; rest /= 10) digits++;
      unsigned rest = (unsigned)directory;
      for (size_t i = digits; i-- > 0; rest /= 10) name[end + i] = (char)('0' + rest % 10);
      length = call(SYS_readlinkat, AT_FDCWD, name, to, room);
    }
    if (length > 0) at = (size_t)length;
    if (at < room && path[0] && (at == 0 || to[at - 1] != '/')) to[at++] = '/';
  }
  for (; *path && at < room - 1; at++) to[at] = *path++;
  to[at < room ? at : room - 1] = 0;
}

/* Whether it may be done: asks whoever reads, where there is somebody who wants to be asked. */
static int tell(enum operation operation, int wants_verdict, int directory, const char *path, int other_directory,
                const char *other, int64_t argument, int result) {
  struct header *in = opened();
  if (!in || !path) return 1;
  char buffer[4096];
  uint32_t position;
  struct slot *slot = reserve(in, &position);
  if (!slot) return 1;
  struct timespec now;
  call(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  slot->time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  slot->pid = (uint32_t)call(SYS_getpid);
  slot->tid = (uint32_t)call(SYS_gettid);
  slot->operation = (uint16_t)operation;
  slot->wants_verdict = (uint16_t)wants_verdict;
  slot->argument = argument;
  slot->result = result;
  __atomic_store_n(&slot->verdict, 0, __ATOMIC_RELAXED);
  absolute(buffer, sizeof buffer, directory, path);
  slot->length = copy(slot->text, sizeof slot->text, operation == OP_CONNECT || operation == OP_SEND ? path : buffer);
  slot->second_length = 0;
  if (other) {
    if (operation != OP_SYMLINK) absolute(buffer, sizeof buffer, other_directory, other);
    slot->second_length = copy(slot->second, sizeof slot->second, operation == OP_SYMLINK ? other : buffer);
  }
  __atomic_store_n(&slot->sequence, position + 1, __ATOMIC_RELEASE);
  if (__atomic_load_n(&in->waiting, __ATOMIC_ACQUIRE)) {
    __atomic_fetch_add(&in->wake, 1, __ATOMIC_RELEASE);
    call(SYS_futex, &in->wake, FUTEX_WAKE, 1);
  }
  if (!wants_verdict) return 1;
  struct timespec patience = {0, VERDICT_MS * 1000000};
  call(SYS_futex, &slot->verdict, FUTEX_WAIT, 0, &patience);
  /* The slot may be another's by now if this took very long; then its verdict is not ours to take. */
  uint32_t verdict = __atomic_load_n(&slot->verdict, __ATOMIC_ACQUIRE);
  return !(verdict == ((position << 2) | 2 | 1u << 31));
}

static int *error_place(void) {
  static int none;
  return __errno_location ? __errno_location() : &none;
}

static long done(long result) {
  if (result >= 0 || result < -4095) return result;
  *error_place() = (int)-result;
  return -1;
}

/* Programs read errno only after a failure, and it is theirs. */
static void told(enum operation operation, int directory, const char *path, int other_directory, const char *other,
                 int64_t argument, long result) {
  int error = *error_place();
  tell(operation, 0, directory, path, other_directory, other, argument, result < 0 ? -error : 0);
  *error_place() = error;
}

static int denied(enum operation operation, int directory, const char *path, const char *other) {
  struct header *in = opened();
  if (!in || !__atomic_load_n(&in->verdicts, __ATOMIC_RELAXED)) return 0;
  int error = *error_place();
  int may = tell(operation, 1, directory, path, AT_FDCWD, other, 0, 0);
  *error_place() = may ? error : EACCES;
  return !may;
}

static void *next(void **known, const char *name) {
  void *found = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (!found && dlsym) {
    found = dlsym((void *)-1L, name);
    __atomic_store_n(known, found, __ATOMIC_RELAXED);
  }
  return found;
}

/* `real`: the function of the next library; null where that cannot be found. */
#define REAL(name, result, ...)                                      \
  static void *known_##name;                                         \
  result (*real)(__VA_ARGS__) = (result(*)(__VA_ARGS__))next(&known_##name, #name)

/* ---------------------------------------------------------------- files */

static enum operation opens(int flags) { return flags & O_CREAT ? OP_CREATE : OP_OPEN; }

#define MODE(flags)                                   \
  mode_t mode = 0;                                    \
  if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { \
    va_list arguments;                                \
    va_start(arguments, flags);                       \
    mode = va_arg(arguments, mode_t);                 \
    va_end(arguments);                                \
  }

#define OPEN(name)                                                                              \
  EXPORT int name(const char *path, int flags, ...) {                                           \
    MODE(flags)                                                                                 \
    if (denied(opens(flags), AT_FDCWD, path, NULL)) return -1;                                  \
    REAL(name, int, const char *, int, ...);                                                    \
    int result = real ? real(path, flags, mode) : (int)done(call(SYS_openat, AT_FDCWD, path, flags, mode)); \
    told(opens(flags), AT_FDCWD, path, 0, NULL, flags, result);                                 \
    return result;                                                                              \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                            \
  EXPORT int name(int directory, const char *path, int flags, ...) {                            \
    MODE(flags)                                                                                 \
    if (denied(opens(flags), directory, path, NULL)) return -1;                                 \
    REAL(name, int, int, const char *, int, ...);                                               \
    int result = real ? real(directory, path, flags, mode)                                      \
                      : (int)done(call(SYS_openat, directory, path, flags, mode));              \
    told(opens(flags), directory, path, 0, NULL, flags, result);                                \
    return result;                                                                              \
  }
OPENAT(openat)
OPENAT(openat64)

/* What fortified programs call instead. */
#define OPEN_2(name)                                                                            \
  EXPORT int name(const char *path, int flags) {                                                \
    if (denied(OP_OPEN, AT_FDCWD, path, NULL)) return -1;                                       \
    int result = (int)done(call(SYS_openat, AT_FDCWD, path, flags, 0));                         \
    told(OP_OPEN, AT_FDCWD, path, 0, NULL, flags, result);                                      \
    return result;                                                                              \
  }
OPEN_2(__open_2)
OPEN_2(__open64_2)

#define OPENAT_2(name)                                                                          \
  EXPORT int name(int directory, const char *path, int flags) {                                 \
    if (denied(OP_OPEN, directory, path, NULL)) return -1;                                      \
    int result = (int)done(call(SYS_openat, directory, path, flags, 0));                        \
    told(OP_OPEN, directory, path, 0, NULL, flags, result);                                     \
    return result;                                                                              \
  }
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

#define CREAT(name)                                                                             \
  EXPORT int name(const char *path, mode_t mode) {                                              \
    int flags = O_CREAT | O_WRONLY | O_TRUNC;                                                   \
    if (denied(OP_CREATE, AT_FDCWD, path, NULL)) return -1;                                     \
    REAL(name, int, const char *, mode_t);                                                      \
    int result = real ? real(path, mode) : (int)done(call(SYS_openat, AT_FDCWD, path, flags, mode)); \
    told(OP_CREATE, AT_FDCWD, path, 0, NULL, flags, result);                                    \
    return result;                                                                              \
  }
CREAT(creat)
CREAT(creat64)

/* The flags that a mode of fopen(3) stands for. */
static int flags_of(const char *mode) {
  int both = 0;
  for (const char *at = mode; *at; at++) both |= *at == '+';
  if (mode[0] == 'r') return both ? O_RDWR : O_RDONLY;
  return (both ? O_RDWR : O_WRONLY) | O_CREAT | (mode[0] == 'a' ? O_APPEND : O_TRUNC);
}

#define FOPEN(name)                                                                             \
  EXPORT FILE *name(const char *path, const char *mode) {                                       \
    int flags = mode ? flags_of(mode) : 0;                                                      \
    if (denied(opens(flags), AT_FDCWD, path, NULL)) return NULL;                                \
    REAL(name, FILE *, const char *, const char *);                                             \
    FILE *result = NULL;                                                                        \
    if (real) {                                                                                 \
      result = real(path, mode);                                                                \
    } else if (fdopen) {                                                                        \
      int fd = (int)done(call(SYS_openat, AT_FDCWD, path, flags, 0666));                        \
      if (fd >= 0) result = fdopen(fd, mode);                                                   \
    }                                                                                           \
    told(opens(flags), AT_FDCWD, path, 0, NULL, flags, result ? 0 : -1);                        \
    return result;                                                                              \
  }
FOPEN(fopen)
FOPEN(fopen64)

#define FREOPEN(name)                                                                           \
  EXPORT FILE *name(const char *path, const char *mode, FILE *stream) {                         \
    int flags = mode ? flags_of(mode) : 0;                                                      \
    if (path && denied(opens(flags), AT_FDCWD, path, NULL)) return NULL;                        \
    REAL(name, FILE *, const char *, const char *, FILE *);                                     \
    if (!real) return *error_place() = ENOSYS, NULL;                                            \
    FILE *result = real(path, mode, stream);                                                    \
    if (path) told(opens(flags), AT_FDCWD, path, 0, NULL, flags, result ? 0 : -1);              \
    return result;                                                                              \
  }
FREOPEN(freopen)
FREOPEN(freopen64)

/* `at`: the directory it is looked up in; `raw`: the call of the kernel that does the same. */
#define ONE(name, operation, at, path, parameters, types, arguments, extra, raw)                \
  EXPORT int name parameters {                                                                  \
    if (denied(operation, at, path, NULL)) return -1;                                           \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    int result = real ? real arguments : (int)done(raw);                                        \
    told(operation, at, path, 0, NULL, extra, result);                                          \
    return result;                                                                              \
  }

ONE(unlink, OP_UNLINK, AT_FDCWD, path, (const char *path), (const char *), (path), 0,
    call(SYS_unlinkat, AT_FDCWD, path, 0))
ONE(unlinkat, (flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK), directory, path, (int directory, const char *path, int flags),
    (int, const char *, int), (directory, path, flags), 0, call(SYS_unlinkat, directory, path, flags))
ONE(rmdir, OP_RMDIR, AT_FDCWD, path, (const char *path), (const char *), (path), 0,
    call(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR))
ONE(mkdir, OP_MKDIR, AT_FDCWD, path, (const char *path, mode_t mode), (const char *, mode_t), (path, mode), mode,
    call(SYS_mkdirat, AT_FDCWD, path, mode))
ONE(mkdirat, OP_MKDIR, directory, path, (int directory, const char *path, mode_t mode), (int, const char *, mode_t),
    (directory, path, mode), mode, call(SYS_mkdirat, directory, path, mode))
ONE(mknod, OP_MKNOD, AT_FDCWD, path, (const char *path, mode_t mode, dev_t device), (const char *, mode_t, dev_t),
    (path, mode, device), mode, call(SYS_mknodat, AT_FDCWD, path, mode, device))
ONE(mknodat, OP_MKNOD, directory, path, (int directory, const char *path, mode_t mode, dev_t device),
    (int, const char *, mode_t, dev_t), (directory, path, mode, device), mode,
    call(SYS_mknodat, directory, path, mode, device))
ONE(chmod, OP_CHMOD, AT_FDCWD, path, (const char *path, mode_t mode), (const char *, mode_t), (path, mode), mode,
    call(SYS_fchmodat, AT_FDCWD, path, mode))
ONE(chown, OP_CHOWN, AT_FDCWD, path, (const char *path, uid_t user, gid_t group), (const char *, uid_t, gid_t),
    (path, user, group), user, call(SYS_fchownat, AT_FDCWD, path, user, group, 0))
ONE(lchown, OP_CHOWN, AT_FDCWD, path, (const char *path, uid_t user, gid_t group), (const char *, uid_t, gid_t),
    (path, user, group), user, call(SYS_fchownat, AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW))
ONE(fchownat, OP_CHOWN, directory, path, (int directory, const char *path, uid_t user, gid_t group, int flags),
    (int, const char *, uid_t, gid_t, int), (directory, path, user, group, flags), user,
    call(SYS_fchownat, directory, path, user, group, flags))
ONE(truncate, OP_TRUNCATE, AT_FDCWD, path, (const char *path, off_t size), (const char *, off_t), (path, size), size,
    call(SYS_truncate, path, size))
ONE(truncate64, OP_TRUNCATE, AT_FDCWD, path, (const char *path, off_t size), (const char *, off_t), (path, size), size,
    call(SYS_truncate, path, size))

EXPORT int fchmodat(int directory, const char *path, mode_t mode, int flags) {
  if (denied(OP_CHMOD, directory, path, NULL)) return -1;
  REAL(fchmodat, int, int, const char *, mode_t, int);
  int result = real    ? real(directory, path, mode, flags)
               : flags ? (int)done(-ENOTSUP)
                       : (int)done(call(SYS_fchmodat, directory, path, mode));
  told(OP_CHMOD, directory, path, 0, NULL, mode, result);
  return result;
}

EXPORT int remove(const char *path) {
  if (denied(OP_UNLINK, AT_FDCWD, path, NULL)) return -1;
  enum operation operation = OP_UNLINK;
  int result = (int)call(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == -EISDIR) {
    operation = OP_RMDIR;
    result = (int)call(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
  }
  result = (int)done(result);
  told(operation, AT_FDCWD, path, 0, NULL, 0, result);
  return result;
}

/* Both names. */
#define TWO(name, operation, at, path, other_at, other, parameters, types, arguments, raw)      \
  EXPORT int name parameters {                                                                  \
    if (denied(operation, at, path, other)) return -1;                                          \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    int result = real ? real arguments : (int)done(raw);                                        \
    told(operation, at, path, other_at, other, 0, result);                                      \
    return result;                                                                              \
  }

TWO(rename, OP_RENAME, AT_FDCWD, from, AT_FDCWD, to, (const char *from, const char *to), (const char *, const char *),
    (from, to), call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0))
TWO(renameat, OP_RENAME, from_at, from, to_at, to, (int from_at, const char *from, int to_at, const char *to),
    (int, const char *, int, const char *), (from_at, from, to_at, to), call(SYS_renameat2, from_at, from, to_at, to, 0))
TWO(renameat2, OP_RENAME, from_at, from, to_at, to,
    (int from_at, const char *from, int to_at, const char *to, unsigned flags),
    (int, const char *, int, const char *, unsigned), (from_at, from, to_at, to, flags),
    call(SYS_renameat2, from_at, from, to_at, to, flags))
TWO(link, OP_LINK, AT_FDCWD, from, AT_FDCWD, to, (const char *from, const char *to), (const char *, const char *),
    (from, to), call(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0))
TWO(linkat, OP_LINK, from_at, from, to_at, to, (int from_at, const char *from, int to_at, const char *to, int flags),
    (int, const char *, int, const char *, int), (from_at, from, to_at, to, flags),
    call(SYS_linkat, from_at, from, to_at, to, flags))
TWO(symlink, OP_SYMLINK, AT_FDCWD, path, AT_FDCWD, text, (const char *text, const char *path),
    (const char *, const char *), (text, path), call(SYS_symlinkat, text, AT_FDCWD, path))
TWO(symlinkat, OP_SYMLINK, directory, path, AT_FDCWD, text, (const char *text, int directory, const char *path),
    (const char *, int, const char *), (text, directory, path), call(SYS_symlinkat, text, directory, path))

/* ---------------------------------------------------------------- programs */

/* Told before it is done: who succeeds does not come back. */
static int runs(int directory, const char *path) {
  if (denied(OP_EXEC, directory, path, NULL)) return 0;
  int error = *error_place();
  tell(OP_EXEC, 0, directory, path, 0, NULL, 0, 0);
  *error_place() = error;
  return 1;
}

EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
  if (!runs(AT_FDCWD, path)) return -1;
  return (int)done(call(SYS_execve, path, arguments, environment));
}
EXPORT int execv(const char *path, char *const arguments[]) { return execve(path, arguments, environ); }

/* A program without a slash in its name, where PATH has it. */
static const char *searched(char *to, size_t room, const char *file) {
  static const char NAME[] = "PATH=";
  const char *path = "/bin:/usr/bin";
  for (const char *at = file; *at; at++) if (*at == '/') return file;
  for (char **entry = environ; entry && *entry; entry++) {
    if (is_same(*entry, NAME, sizeof NAME - 1)) path = *entry + sizeof NAME - 1;
  }
  while (*path) {
    size_t at = 0;
    for (; *path && *path != ':'; path++) if (at < room) to[at++] = *path;
    if (*path) path++;
    if (at + 1 + length_of(file) + 1 > room) continue;
    if (at) to[at++] = '/';
    memcpy(to + at, file, length_of(file) + 1);
    if (call(SYS_faccessat, AT_FDCWD, to, 1) == 0) return to;
  }
  return file;
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
  char found[4096];
  if (!runs(AT_FDCWD, searched(found, sizeof found, file))) return -1;
  REAL(execvpe, int, const char *, char *const[], char *const[]);
  return real ? real(file, arguments, environment) : (int)done(call(SYS_execve, file, arguments, environment));
}
EXPORT int execvp(const char *file, char *const arguments[]) { return execvpe(file, arguments, environ); }

EXPORT int fexecve(int fd, char *const arguments[], char *const environment[]) {
  if (!runs(fd, "")) return -1;
  return (int)done(call(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH));
}

EXPORT int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags) {
  if (!runs(directory, path)) return -1;
  return (int)done(call(SYS_execveat, directory, path, arguments, environment, flags));
}

/* The arguments of a variadic exec, on the stack of whoever becomes the program. */
#define COLLECT(first)                                                        \
  va_list counted, taken;                                                     \
  va_start(counted, first);                                                   \
  size_t count = 1;                                                           \
  while (va_arg(counted, char *)) count++;                                    \
  va_end(counted);                                                            \
  char *arguments[count + 1];                                                 \
  arguments[0] = (char *)first;                                               \
  va_start(taken, first);                                                     \
  for (size_t i = 1; i <= count; i++) arguments[i] = va_arg(taken, char *);

EXPORT int execl(const char *path, const char *first, ...) {
  COLLECT(first)
  va_end(taken);
  return execve(path, arguments, environ);
}
EXPORT int execlp(const char *file, const char *first, ...) {
  COLLECT(first)
  va_end(taken);
  return execvpe(file, arguments, environ);
}
EXPORT int execle(const char *path, const char *first, ...) {
  COLLECT(first)
  char **environment = va_arg(taken, char **);
  va_end(taken);
  return execve(path, arguments, environment);
}

#define SPAWN(name, searches)                                                                                           \
  EXPORT int name(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,                    \
                  const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {  \
    char found[4096];                                                                                         \
    if (!runs(AT_FDCWD, searches ? searched(found, sizeof found, path) : path)) return EACCES;                \
    REAL(name, int, pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,     \
         char *const[], char *const[]);                                                                       \
    return real ? real(pid, path, actions, attributes, arguments, environment) : ENOSYS;                      \
  }
SPAWN(posix_spawn, 0)
SPAWN(posix_spawnp, 1)

/* ---------------------------------------------------------------- network */

/* ADDRESS PORT, or the path of a socket. */
static int describe(char *to, size_t room, const struct sockaddr *address, socklen_t length) {
  static const char HEX[] = "0123456789abcdef";
  size_t at = 0;
  unsigned port;
  if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    const unsigned char *bytes = (const unsigned char *)&in->sin_addr;
    for (int i = 0; i < 4; i++) {
      if (i) to[at++] = '.';
      if (bytes[i] >= 100) to[at++] = (char)('0' + bytes[i] / 100);
      if (bytes[i] >= 10) to[at++] = (char)('0' + bytes[i] / 10 % 10);
      to[at++] = (char)('0' + bytes[i] % 10);
    }
    port = in->sin_port;
  } else if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
    const unsigned char *bytes = (const unsigned char *)&in->sin6_addr;
    for (int i = 0; i < 16; i++) {
      if (i && i % 2 == 0) to[at++] = ':';
      to[at++] = HEX[bytes[i] >> 4];
      to[at++] = HEX[bytes[i] & 15];
    }
    port = in->sin6_port;
  } else {
    return 0;
  }
  port = (port & 0xff) << 8 | port >> 8;
  to[at++] = ' ';
  char digits[8];
  int count = 0;
  do digits[count++] = (char)('0' + port % 10); while (port /= 10);
  while (count && at < room - 1) to[at++] = digits[--count];
  to[at] = 0;
  return 1;
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t length) {
  char text[64];
  int known = address && length >= sizeof(sa_family_t) && describe(text, sizeof text, address, length);
  if (known && denied(OP_CONNECT, AT_FDCWD, text, NULL)) return -1;
  /* As a call of the kernel it could not be cancelled. */
  REAL(connect, int, int, const struct sockaddr *, socklen_t);
  int result = real ? real(fd, address, length) : (int)done(call(SYS_connect, fd, address, length));
  if (known) told(OP_CONNECT, AT_FDCWD, text, 0, NULL, 0, result);
  return result;
}

EXPORT ssize_t sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *address,
                      socklen_t length) {
  char text[64];
  int known = address && length >= sizeof(sa_family_t) && describe(text, sizeof text, address, length);
  if (known && denied(OP_SEND, AT_FDCWD, text, NULL)) return -1;
  REAL(sendto, ssize_t, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  ssize_t result = real ? real(fd, bytes, count, flags, address, length)
                        : (ssize_t)done(call(SYS_sendto, fd, bytes, count, flags, address, length));
  if (known) told(OP_SEND, AT_FDCWD, text, 0, NULL, (int64_t)count, result < 0 ? -1 : 0);
  return result;
}
