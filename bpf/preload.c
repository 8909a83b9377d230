// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * A library for LD_PRELOAD that tells what a program asks its C library for: names it opens, makes, removes, renames, runs, and
 * addresses it connects to. It is the telemetry of machines on which nothing else works.
 *
 * It tells into a file that is mapped (AGENTVFS_PRELOAD_RING names it), and keeps no descriptor: programs close and use again all of
 * them. It needs no library and no version of a symbol, so one file serves glibc and musl. What it needs of them is weak.
 *
 * What rules about paths outside the mount deny (AGENTVFS_PRELOAD_RULES, src/policy/outside_rules.ts) fails with EACCES. That is decided
 * here, so nobody is waited for. It holds for programs that let it.
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
#include <sys/xattr.h>
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
/* Before 2.34 glibc has dlsym in a library that not every program has, and these in itself. */
extern void *__libc_dlopen_mode(const char *, int) __attribute__((weak));
extern void *__libc_dlsym(void *, const char *) __attribute__((weak));
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
  /* Of the rules: the header, and each of the two tables of which one counts. */
  RULES = 4096,
  TABLE = 256 * 1024,
};

enum operation {
  OP_READ = 0, OP_WRITE = 1, OP_OPEN = 2, OP_UNLINK = 4, OP_RENAME = 5, OP_TRUNCATE = 6, OP_EXEC = 8, OP_CREATE = 9,
  OP_MKDIR = 10, OP_MKNOD = 11, OP_SYMLINK = 12, OP_LINK = 13, OP_RMDIR = 14, OP_CHMOD = 16, OP_CHOWN = 17,
  OP_UTIMES = 18, OP_SETXATTR = 19, OP_REMOVEXATTR = 20, OP_CONNECT = 25, OP_SEND = 27,
};

struct header {
  char unused0[64];
  uint32_t head;
  char unused1[60];
  uint32_t mask, wake, waiting, dropped, drops_told;
};

struct slot {
  uint32_t sequence, unused0;
  uint64_t time;
  uint32_t pid, tid;
  uint16_t operation, unused1, length, second_length;
  int64_t argument;
  /* Of what a rule denied: the highest bit, the low 15 bits of the rules' version, and which rule. */
  uint32_t denied;
  int32_t result;
  char text[SECOND - TEXT], second[SLOT - SECOND];
};

_Static_assert(offsetof(struct header, mask) == 128, "layout");
_Static_assert(offsetof(struct slot, text) == TEXT && sizeof(struct slot) == SLOT, "layout");

static struct header *ring;
/* The system calls of this run are heard of: seccomp tells of what they do. */
static int heard;
static const uint32_t *rules;

/* The file that a variable names, mapped; null where it is shorter than `least`. */
static void *mapped_file(const char *name, size_t name_length, int may_write, size_t least, size_t *size) {
  for (char **entry = environ; *entry; entry++) {
    if (!is_same(*entry, name, name_length)) continue;
    long fd = call(SYS_openat, AT_FDCWD, *entry + name_length, (may_write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return NULL;
    long length = call(SYS_lseek, fd, 0, SEEK_END);
    int protection = may_write ? PROT_READ | PROT_WRITE : PROT_READ;
    long at = length < (long)least ? -EINVAL : call(SYS_mmap, NULL, length, protection, MAP_SHARED, fd, 0);
    call(SYS_close, fd);
    *size = (size_t)length;
    return at < 0 && at > -4096 ? NULL : (void *)at;
  }
  return NULL;
}

/* A program that was started with arguments in another order of its libraries' constructors may call before ours ran. */
static struct header *opened(void) {
  static int tried;
  struct header *known = __atomic_load_n(&ring, __ATOMIC_ACQUIRE);
  if (known || __atomic_exchange_n(&tried, 1, __ATOMIC_ACQ_REL)) return known;
  static const char RING_NAME[] = "AGENTVFS_PRELOAD_RING=", RULES_NAME[] = "AGENTVFS_PRELOAD_RULES=";
  if (!&environ || !environ) return tried = 0, NULL;
  static const char HEARD_NAME[] = "AGENTVFS_PRELOAD_HEARD=";
  for (char **entry = environ; *entry; entry++) heard |= is_same(*entry, HEARD_NAME, sizeof HEARD_NAME - 1);
  size_t size;
  __atomic_store_n(&rules, mapped_file(RULES_NAME, sizeof RULES_NAME - 1, 0, RULES + 2 * TABLE, &size), __ATOMIC_RELEASE);
  struct header *mapped = mapped_file(RING_NAME, sizeof RING_NAME - 1, 1, HEADER + SLOT, &size);
  /* Whoever made the file may have made it too short. */
  if (!mapped || ((size_t)mapped->mask + 1) * SLOT + HEADER > size) return NULL;
  __atomic_store_n(&ring, mapped, __ATOMIC_RELEASE);
  return mapped;
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

static size_t put_number(char *to, unsigned number) {
  size_t digits = 1, length;
  for (unsigned rest = number; rest >= 10; rest /= 10) digits++;
  length = digits;
  for (; digits-- > 0; number /= 10) to[digits] = (char)('0' + number % 10);
  to[length] = 0;
  return length;
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
      put_number(name + 14, (unsigned)directory);
      length = call(SYS_readlinkat, AT_FDCWD, name, to, room);
    }
    if (length > 0) at = (size_t)length;
    if (at < room && path[0] && (at == 0 || to[at - 1] != '/')) to[at++] = '/';
  }
  for (; *path && at < room - 1; at++) to[at] = *path++;
  to[at < room ? at : room - 1] = 0;
}

static void tell(enum operation operation, int directory, const char *path, int other_directory, const char *other,
                 int64_t argument, int result, uint32_t denied) {
  struct header *in = opened();
  if (!in || !path) return;
  int is_look = operation == OP_READ || (operation == OP_OPEN && !(argument & (O_ACCMODE | O_CREAT | O_TRUNC)));
  if (heard && !denied && !is_look && operation != OP_SEND) return;
  char buffer[4096];
  uint32_t position;
  struct slot *slot = reserve(in, &position);
  if (!slot) return;
  struct timespec now;
  call(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  slot->time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  slot->pid = (uint32_t)call(SYS_getpid);
  slot->tid = (uint32_t)call(SYS_gettid);
  slot->operation = (uint16_t)operation;
  slot->unused1 = 0;
  slot->argument = argument;
  slot->denied = denied;
  slot->result = result;
  absolute(buffer, sizeof buffer, directory, path);
  slot->length = copy(slot->text, sizeof slot->text, operation == OP_CONNECT || operation == OP_SEND ? path : buffer);
  slot->second_length = 0;
  if (other) {
    if (operation != OP_SYMLINK) absolute(buffer, sizeof buffer, other_directory, other);
    slot->second_length = copy(slot->second, sizeof slot->second, operation == OP_SYMLINK ? other : buffer);
  }
  /* Not if it was passed over meanwhile: then it is somebody else's. */
  uint32_t reserved = position;
  if (!__atomic_compare_exchange_n(&slot->sequence, &reserved, position + 1, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return;
  if (__atomic_load_n(&in->waiting, __ATOMIC_ACQUIRE)) {
    __atomic_fetch_add(&in->wake, 1, __ATOMIC_RELEASE);
    call(SYS_futex, &in->wake, FUTEX_WAKE, 1);
  }
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
  tell(operation, directory, path, other_directory, other, argument, result < 0 ? -error : 0, 0);
  *error_place() = error;
}

/* ---------------------------------------------------------------- rules */

/* Bits as src/policy/operation.ts has them. */
enum {
  READ = 1, WRITE = 2, CREATE = 4, UNLINK = 8, RENAME = 16, TRUNCATE = 32, EXEC = 64, LINK = 128, ATTRIBUTES = 256,
};

/* What a character of UTF-8 has of bytes. */
static size_t character(const char *at, const char *end) {
  unsigned char lead = (unsigned char)*at;
  size_t length = lead >= 0xf8 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  if (length > (size_t)(end - at)) return 1;
  for (size_t i = 1; i < length; i++) if (((unsigned char)at[i] & 0xc0) != 0x80) return 1;
  return length;
}

enum { TOKEN_BYTE = 1, TOKEN_CLASS = 2, TOKEN_STAR = 3, CLASS = 17 };

static const unsigned char *token_end(const unsigned char *token) {
  return token + (*token == TOKEN_BYTE ? 2 : *token == TOKEN_CLASS ? 1 + CLASS : 1);
}

/* Bytes that a token takes; 0: it does not match. */
static size_t takes(const unsigned char *token, const char *at, const char *end) {
  unsigned char byte = (unsigned char)*at;
  if (*token == TOKEN_BYTE) return byte == token[1];
  if (*token != TOKEN_CLASS) return 0;
  int has = byte < 128 ? token[1 + (byte >> 3)] >> (byte & 7) & 1 : token[CLASS];
  return has ? character(at, end) : 0;
}

static int matches_name(const unsigned char *token, const char *at, const char *end) {
  const unsigned char *star = NULL;
  const char *taken = at;
  while (at < end) {
    if (*token == TOKEN_STAR) {
      star = token = token_end(token);
      taken = at;
      continue;
    }
    size_t length = takes(token, at, end);
    if (length) {
      at += length;
      token = token_end(token);
    } else if (star) {
      at = ++taken;
      token = star;
    } else {
      return 0;
    }
  }
  while (*token == TOKEN_STAR) token = token_end(token);
  return *token == 0;
}

struct rule {
  uint32_t size, operations;
  uint8_t denies, directories_only, count, unused;
  uint16_t offsets[];
};

enum { ANY_DEPTH = 1, ANY = 2 };

static const unsigned char *component(const struct rule *rule, unsigned i) {
  return (const unsigned char *)rule + rule->offsets[i];
}

/* `places`: a bit for each component that may come next. What takes no name is passed at once. */
static uint32_t passed(const struct rule *rule, uint32_t places) {
  for (unsigned i = 0; i < rule->count; i++) {
    if (places >> i & 1 && *component(rule, i) == ANY_DEPTH) places |= 1u << (i + 1);
  }
  return places;
}

/* The components that may come next below an absolute path. The bit behind the last one, alone: the rule is about the path itself, or a
 * directory that it is in. */
static uint32_t reach(const struct rule *rule, const char *path, int is_directory) {
  uint32_t places = passed(rule, 1), all = 1u << rule->count;
  while (*path) {
    while (*path == '/') path++;
    const char *end = path;
    while (*end && *end != '/') end++;
    if (end == path) break;
    uint32_t now = 0;
    for (unsigned i = 0; i < rule->count; i++) {
      if (!(places >> i & 1)) continue;
      const unsigned char *at = component(rule, i);
      if (*at == ANY_DEPTH) now |= 1u << i;
      else if (*at == ANY || matches_name(at + 1, path, end)) now |= 1u << (i + 1);
    }
    places = passed(rule, now);
    if (places & all && (!rule->directories_only || *end || is_directory)) return all;
    path = end;
  }
  return places & ~all;
}

static int is_below(const char *path, const unsigned char *place, size_t length) {
  for (size_t i = 0; i < length; i++) if ((unsigned char)path[i] != place[i]) return 0;
  return path[length] == 0 || path[length] == '/';
}

/* Where the rules of a table begin; null for a path that none is about. */
static const unsigned char *rules_for(const unsigned char *table, const char *path) {
  const unsigned char *at = table + 8, *end = table + TABLE;
  for (uint32_t i = 0; i < ((const uint32_t *)table)[1] && at + 2 < end; i++) {
    size_t length = at[0] | (size_t)at[1] << 8;
    if (is_below(path, at + 2, length)) return NULL;
    at += 2 + length;
  }
  return at;
}

static const struct rule *next_rule(const unsigned char *table, const unsigned char **at) {
  const unsigned char *found = table + ((size_t)(*at - table) + 3) / 4 * 4;
  const struct rule *rule = (const struct rule *)found;
  if (found + sizeof *rule > table + TABLE || rule->size < sizeof *rule || rule->count > 31) return NULL;
  *at = found + rule->size;
  return rule;
}

/* The rule that denies an operation that is done on its own or with parts, counted from 1; 0: none does. The first that is about an
 * operation holds for it; an operation that is allowed is allowed with its parts. */
static unsigned decide(const unsigned char *table, const char *path, int is_directory, uint32_t operation, uint32_t parts) {
  const unsigned char *at = rules_for(table, path);
  uint32_t open = operation | parts, allowed = 0;
  unsigned denying = 0;
  const struct rule *rule;
  for (uint32_t i = 0; at && i < *(const uint32_t *)table && (rule = next_rule(table, &at)); i++) {
    uint32_t hit = open & rule->operations;
    if (!hit || !(reach(rule, path, is_directory) >> rule->count & 1)) continue;
    open &= ~hit;
    if (!rule->denies) allowed |= hit;
    else if (hit & operation) return i + 1;
    else if (!denying) denying = i + 1;
  }
  return allowed & operation ? 0 : denying;
}

/* A rule that may be about something in a directory and would not be under its other name, or about something that comes with it, and
 * was not before; counted from 1. What is in it is not looked at. */
static unsigned left_behind(const unsigned char *table, const char *from, const char *to) {
  const unsigned char *at = rules_for(table, from);
  uint32_t freed = 0;
  const struct rule *rule;
  for (uint32_t i = 0; at && i < *(const uint32_t *)table && (rule = next_rule(table, &at)); i++) {
    uint32_t all = 1u << rule->count, here = reach(rule, from, 1), there = reach(rule, to, 1);
    if (!rule->denies) {
      if (there & ~here) freed |= rule->operations;
      continue;
    }
    if (here && rule->operations & freed) return i + 1;
    if (here & ~all & ~there && there != all) return i + 1;
    if (rule->operations & CREATE && there & ~all & ~here && here != all) return i + 1;
  }
  return 0;
}

/* A rule about the content of a file, or about what is in a directory, that does not hold under another name. */
static unsigned lost(const unsigned char *table, const char *from, const char *to, int is_directory) {
  for (uint32_t operation = READ; operation <= ATTRIBUTES; operation <<= 1) {
    if (!(operation & (READ | WRITE | TRUNCATE | EXEC | ATTRIBUTES))) continue;
    uint32_t parts = operation == TRUNCATE ? WRITE : 0;
    unsigned rule = decide(table, from, is_directory, operation, parts);
    if (rule && !decide(table, to, is_directory, operation, parts)) return rule;
  }
  return is_directory ? left_behind(table, from, to) : 0;
}

/* Where a descriptor is; false if it cannot be known. */
static int place_of(char *to, size_t room, int fd) {
  char name[32] = "/proc/self/fd/";
  put_number(name + 14, (unsigned)fd);
  long length = call(SYS_readlinkat, AT_FDCWD, name, to, room - 1);
  if (length <= 0 || to[0] != '/') return 0;
  to[length] = 0;
  return 1;
}

enum { LINKS = 16 };

/* The path of what is meant, without symbolic links, as far as there is anything. Of the last name a link is followed or not. */
static void resolve(char *to, size_t room, int directory, const char *path, int follows) {
  char text[4096], parent[4096];
  for (int links = 0; links < LINKS; links++) {
    long fd = call(SYS_openat, directory, path, O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));
    if (fd >= 0) {
      int known = place_of(to, room, (int)fd);
      call(SYS_close, fd);
      if (known) return;
      break;
    }
    /* There is nothing of that name yet, or it is a link to nothing. */
    absolute(parent, sizeof parent, directory, path);
    size_t end = length_of(parent);
    while (end > 1 && parent[end - 1] == '/') parent[--end] = 0;
    size_t slash = end;
    while (slash > 0 && parent[slash - 1] != '/') slash--;
    long length = follows ? call(SYS_readlinkat, AT_FDCWD, parent, text, sizeof text - 1) : -1;
    char name[256];
    size_t name_length = end - slash < sizeof name ? end - slash : sizeof name - 1;
    memcpy(name, parent + slash, name_length);
    name[name_length] = 0;
    parent[slash ? slash : 0] = 0;
    fd = call(SYS_openat, AT_FDCWD, parent, O_PATH | O_CLOEXEC | O_DIRECTORY);
    int known = fd >= 0 && place_of(to, room, (int)fd);
    if (fd >= 0) call(SYS_close, fd);
    if (!known) break;
    size_t at = length_of(to);
    if (length > 0) {
      text[length] = 0;
      if (text[0] == '/') at = 0;
      else if (at > 1) to[at++] = '/';
      if (at + (size_t)length >= room) break;
      memcpy(to + at, text, (size_t)length + 1);
      memcpy(parent, to, length_of(to) + 1);
      directory = AT_FDCWD;
      path = memcpy(text, parent, length_of(parent) + 1);
      continue;
    }
    if (at + 1 + name_length >= room) break;
    if (at > 1) to[at++] = '/';
    memcpy(to + at, name, name_length + 1);
    return;
  }
  absolute(to, room, directory, path);
}

/* What is to be done with a place; or what has this one is to have another one, too. */
struct question {
  enum operation operation;
  const char *place, *other;
  int is_directory;
  uint32_t asked, parts;
};

/* True if a rule denies it: the caller fails with EACCES then, and that is told. */
static int refused(const struct question *question, uint32_t version) {
  int error = *error_place();
  unsigned rule = 0;
  for (int tries = 0; tries < 3; tries++) {
    const unsigned char *table = (const unsigned char *)rules + RULES + (size_t)(version & 1) * TABLE;
    rule = question->other
        ? lost(table, question->place, question->other, question->is_directory)
        : decide(table, question->place, question->is_directory, question->asked, question->parts);
    uint32_t now = __atomic_load_n(rules, __ATOMIC_ACQUIRE);
    if (now == version) break;
    version = now;
  }
  if (rule) {
    uint32_t by = 1u << 31 | (version & 0x7fff) << 16 | (rule - 1);
    tell(question->operation, AT_FDCWD, question->place, AT_FDCWD, question->other, 0, -EACCES, by);
  }
  *error_place() = rule ? EACCES : error;
  return rule != 0;
}

/* Of the rules there are; 0: there are none. */
static uint32_t rules_version(void) {
  if (!opened() || !__atomic_load_n(&rules, __ATOMIC_ACQUIRE)) return 0;
  return __atomic_load_n(rules, __ATOMIC_ACQUIRE);
}

static int is_directory_at(const char *place) {
  long fd = call(SYS_openat, AT_FDCWD, place, O_PATH | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
  if (fd >= 0) call(SYS_close, fd);
  return fd >= 0;
}

static int denied(enum operation operation, int directory, const char *path, int follows, uint32_t asked, uint32_t parts) {
  uint32_t version = path && path[0] ? rules_version() : 0;
  if (!version) return 0;
  int error = *error_place();
  char place[4096];
  resolve(place, sizeof place, directory, path, follows);
  *error_place() = error;
  int may_be_directory = (asked & (UNLINK | RENAME | ATTRIBUTES)) != 0;
  int is_directory = operation == OP_MKDIR || (may_be_directory && is_directory_at(place));
  struct question question = {operation, place, NULL, is_directory, asked, parts};
  return refused(&question, version);
}

/* What a descriptor has open: rules are about the name that it has now. */
static int denied_open(enum operation operation, int fd, uint32_t asked, uint32_t parts) {
  uint32_t version = rules_version();
  char place[4096];
  if (!version || !place_of(place, sizeof place, fd)) return 0;
  struct question question = {operation, place, NULL, 0, asked, parts};
  return refused(&question, version);
}

/* A name that is to be another one, or another one too: what rules say of what has it must hold there. */
static int denied_place(enum operation operation, int from_at, const char *from, int to_at, const char *to, int follows) {
  uint32_t version = from && to && from[0] && to[0] ? rules_version() : 0;
  if (!version) return 0;
  int error = *error_place();
  char place[4096], other[4096];
  resolve(place, sizeof place, from_at, from, follows);
  resolve(other, sizeof other, to_at, to, 0);
  *error_place() = error;
  struct question question = {operation, place, other, is_directory_at(place), 0, 0};
  return refused(&question, version);
}

/* What is asked about what has one name and is no open. */
static int may_not(enum operation operation, int directory, const char *path, int follows) {
  switch (operation) {
    case OP_UNLINK: case OP_RMDIR: return denied(operation, directory, path, 0, UNLINK, 0);
    case OP_MKDIR: case OP_MKNOD: case OP_SYMLINK: return denied(operation, directory, path, 0, CREATE, 0);
    case OP_TRUNCATE: return denied(operation, directory, path, 1, TRUNCATE, WRITE);
    case OP_EXEC: return denied(operation, directory, path, 1, EXEC, 0);
    default: return denied(operation, directory, path, follows, ATTRIBUTES, 0);
  }
}

static int ruled(void) { return rules_version() != 0; }

/* Whether something of that name is there. */
static int exists(int directory, const char *path, int follows) {
  long fd = call(SYS_openat, directory, path, O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));
  if (fd >= 0) call(SYS_close, fd);
  return fd >= 0;
}

static int may_not_open(int directory, const char *path, int flags) {
  if (!path || flags & O_PATH || !ruled()) return 0;
  int access = flags & O_ACCMODE, follows = !(flags & O_NOFOLLOW);
  enum operation operation = flags & O_CREAT ? OP_CREATE : OP_OPEN;
  if ((flags & O_TMPFILE) == O_TMPFILE) return 0;
  if (flags & O_CREAT && !exists(directory, path, follows)) {
    return denied(operation, directory, path, follows, CREATE, access == O_RDONLY ? 0 : WRITE);
  }
  return (access != O_WRONLY && denied(operation, directory, path, follows, READ, 0)) ||
         (access != O_RDONLY && denied(operation, directory, path, follows, WRITE, 0)) ||
         (flags & O_TRUNC && denied(operation, directory, path, follows, TRUNCATE, WRITE));
}

static int may_not_rename(int from_at, const char *from, int to_at, const char *to, int exchanges) {
  if (!from || !to || !ruled()) return 0;
  uint32_t replaced = exists(to_at, to, 0) ? UNLINK | WRITE | TRUNCATE : CREATE;
  return denied(OP_RENAME, from_at, from, 0, RENAME, UNLINK | (exchanges ? WRITE | TRUNCATE : 0)) ||
         denied(OP_RENAME, to_at, to, 0, RENAME, replaced) || denied_place(OP_RENAME, from_at, from, to_at, to, 0) ||
         (exchanges && denied_place(OP_RENAME, to_at, to, from_at, from, 0));
}

static int may_not_link(int from_at, const char *from, int to_at, const char *to, int follows) {
  return denied(OP_LINK, from_at, from, follows, LINK, 0) || denied(OP_LINK, to_at, to, 0, LINK, CREATE) ||
         denied_place(OP_LINK, from_at, from, to_at, to, follows);
}

/* ---------------------------------------------------------------- names of other libraries */

static void *next(void **known, const char *name) {
  void *found = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (!found) {
    const int RTLD_NOW_FOR_DLOPEN = (int)0x80000002u;
    if (dlsym) {
      found = dlsym((void *)-1L, name);
    } else if (__libc_dlopen_mode && __libc_dlsym) {
      void *libc = __libc_dlopen_mode("libc.so.6", RTLD_NOW_FOR_DLOPEN);
      if (libc) found = __libc_dlsym(libc, name);
    }
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
    if (may_not_open(AT_FDCWD, path, flags)) return -1;                                         \
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
    if (may_not_open(directory, path, flags)) return -1;                                        \
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
    if (may_not_open(AT_FDCWD, path, flags)) return -1;                                         \
    int result = (int)done(call(SYS_openat, AT_FDCWD, path, flags, 0));                         \
    told(OP_OPEN, AT_FDCWD, path, 0, NULL, flags, result);                                      \
    return result;                                                                              \
  }
OPEN_2(__open_2)
OPEN_2(__open64_2)

#define OPENAT_2(name)                                                                          \
  EXPORT int name(int directory, const char *path, int flags) {                                 \
    if (may_not_open(directory, path, flags)) return -1;                                        \
    int result = (int)done(call(SYS_openat, directory, path, flags, 0));                        \
    told(OP_OPEN, directory, path, 0, NULL, flags, result);                                     \
    return result;                                                                              \
  }
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

#define CREAT(name)                                                                             \
  EXPORT int name(const char *path, mode_t mode) {                                              \
    int flags = O_CREAT | O_WRONLY | O_TRUNC;                                                   \
    if (may_not_open(AT_FDCWD, path, flags)) return -1;                                         \
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
    if (may_not_open(AT_FDCWD, path, flags)) return NULL;                                       \
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
    if (may_not_open(AT_FDCWD, path, flags)) return NULL;                                       \
    REAL(name, FILE *, const char *, const char *, FILE *);                                     \
    if (!real) return *error_place() = ENOSYS, NULL;                                            \
    FILE *result = real(path, mode, stream);                                                    \
    if (path) told(opens(flags), AT_FDCWD, path, 0, NULL, flags, result ? 0 : -1);              \
    return result;                                                                              \
  }
FREOPEN(freopen)
FREOPEN(freopen64)

/* The C library opens what they make by itself. Rules see the name as it is before there is one. */
#define MAKES(name, parameters, types, arguments, more)                                         \
  EXPORT int name parameters {                                                                  \
    int flags = O_RDWR | O_CREAT | O_EXCL | (more);                                             \
    if (may_not_open(AT_FDCWD, path, flags)) return -1;                                         \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    int result = real ? real arguments : (int)done(-ENOSYS);                                    \
    told(OP_CREATE, AT_FDCWD, path, 0, NULL, flags, result);                                    \
    return result;                                                                              \
  }
MAKES(mkstemp, (char *path), (char *), (path), 0)
MAKES(mkstemp64, (char *path), (char *), (path), 0)
MAKES(mkstemps, (char *path, int suffix), (char *, int), (path, suffix), 0)
MAKES(mkstemps64, (char *path, int suffix), (char *, int), (path, suffix), 0)
MAKES(mkostemp, (char *path, int wanted), (char *, int), (path, wanted), wanted)
MAKES(mkostemp64, (char *path, int wanted), (char *, int), (path, wanted), wanted)
MAKES(mkostemps, (char *path, int suffix, int wanted), (char *, int, int), (path, suffix, wanted), wanted)
MAKES(mkostemps64, (char *path, int suffix, int wanted), (char *, int, int), (path, suffix, wanted), wanted)

EXPORT char *mkdtemp(char *path) {
  if (may_not(OP_MKDIR, AT_FDCWD, path, 0)) return NULL;
  REAL(mkdtemp, char *, char *);
  char *result = real ? real(path) : NULL;
  if (!real) *error_place() = ENOSYS;
  told(OP_MKDIR, AT_FDCWD, path, 0, NULL, 0700, result ? 0 : -1);
  return result;
}

/* `at`: the directory it is looked up in; `follows`: a link that it is the name of; `raw`: the call of the kernel that does the same. */
#define ONE(name, operation, at, path, follows, parameters, types, arguments, extra, raw)                \
  EXPORT int name parameters {                                                                  \
    if (may_not(operation, at, path, follows)) return -1;                                       \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    int result = real ? real arguments : (int)done(raw);                                        \
    told(operation, at, path, 0, NULL, extra, result);                                          \
    return result;                                                                              \
  }

ONE(unlink, OP_UNLINK, AT_FDCWD, path, 0, (const char *path), (const char *), (path), 0,
    call(SYS_unlinkat, AT_FDCWD, path, 0))
ONE(unlinkat, (flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK), directory, path, 0, (int directory, const char *path, int flags),
    (int, const char *, int), (directory, path, flags), 0, call(SYS_unlinkat, directory, path, flags))
ONE(rmdir, OP_RMDIR, AT_FDCWD, path, 0, (const char *path), (const char *), (path), 0,
    call(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR))
ONE(mkdir, OP_MKDIR, AT_FDCWD, path, 0, (const char *path, mode_t mode), (const char *, mode_t), (path, mode), mode,
    call(SYS_mkdirat, AT_FDCWD, path, mode))
ONE(mkdirat, OP_MKDIR, directory, path, 0, (int directory, const char *path, mode_t mode), (int, const char *, mode_t),
    (directory, path, mode), mode, call(SYS_mkdirat, directory, path, mode))
ONE(mknod, OP_MKNOD, AT_FDCWD, path, 0, (const char *path, mode_t mode, dev_t device), (const char *, mode_t, dev_t),
    (path, mode, device), mode, call(SYS_mknodat, AT_FDCWD, path, mode, device))
ONE(mknodat, OP_MKNOD, directory, path, 0, (int directory, const char *path, mode_t mode, dev_t device),
    (int, const char *, mode_t, dev_t), (directory, path, mode, device), mode,
    call(SYS_mknodat, directory, path, mode, device))
ONE(chmod, OP_CHMOD, AT_FDCWD, path, 1, (const char *path, mode_t mode), (const char *, mode_t), (path, mode), mode,
    call(SYS_fchmodat, AT_FDCWD, path, mode))
ONE(chown, OP_CHOWN, AT_FDCWD, path, 1, (const char *path, uid_t user, gid_t group), (const char *, uid_t, gid_t),
    (path, user, group), user, call(SYS_fchownat, AT_FDCWD, path, user, group, 0))
ONE(lchown, OP_CHOWN, AT_FDCWD, path, 0, (const char *path, uid_t user, gid_t group), (const char *, uid_t, gid_t),
    (path, user, group), user, call(SYS_fchownat, AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW))
ONE(fchownat, OP_CHOWN, directory, path, !(flags & AT_SYMLINK_NOFOLLOW), (int directory, const char *path, uid_t user, gid_t group, int flags),
    (int, const char *, uid_t, gid_t, int), (directory, path, user, group, flags), user,
    call(SYS_fchownat, directory, path, user, group, flags))
ONE(truncate, OP_TRUNCATE, AT_FDCWD, path, 1, (const char *path, off_t size), (const char *, off_t), (path, size), size,
    call(SYS_truncate, path, size))
ONE(truncate64, OP_TRUNCATE, AT_FDCWD, path, 1, (const char *path, off_t size), (const char *, off_t), (path, size), size,
    call(SYS_truncate, path, size))

ONE(mkfifo, OP_MKNOD, AT_FDCWD, path, 0, (const char *path, mode_t mode), (const char *, mode_t), (path, mode), mode,
    call(SYS_mknodat, AT_FDCWD, path, mode | S_IFIFO, 0))
ONE(mkfifoat, OP_MKNOD, directory, path, 0, (int directory, const char *path, mode_t mode), (int, const char *, mode_t),
    (directory, path, mode), mode, call(SYS_mknodat, directory, path, mode | S_IFIFO, 0))
/* What programs that were made with glibc before 2.33 call instead of mknod and mknodat. */
ONE(__xmknod, OP_MKNOD, AT_FDCWD, path, 0, (int version, const char *path, mode_t mode, dev_t *device),
    (int, const char *, mode_t, dev_t *), (version, path, mode, device), mode,
    call(SYS_mknodat, AT_FDCWD, path, mode, *device))
ONE(__xmknodat, OP_MKNOD, directory, path, 0,
    (int version, int directory, const char *path, mode_t mode, dev_t *device),
    (int, int, const char *, mode_t, dev_t *), (version, directory, path, mode, device), mode,
    call(SYS_mknodat, directory, path, mode, *device))
ONE(utimensat, OP_UTIMES, directory, path, !(flags & AT_SYMLINK_NOFOLLOW),
    (int directory, const char *path, const struct timespec times[2], int flags),
    (int, const char *, const struct timespec *, int), (directory, path, times, flags), 0,
    call(SYS_utimensat, directory, path, times, flags))
/* Which have a call of their own on some architectures only. */
#define TIMES(name, follows)                                                                    \
  ONE(name, OP_UTIMES, AT_FDCWD, path, follows, (const char *path, const void *times),          \
      (const char *, const void *), (path, times), 0, -ENOSYS)
TIMES(utime, 1)
TIMES(utimes, 1)
TIMES(lutimes, 0)
ONE(setxattr, OP_SETXATTR, AT_FDCWD, path, 1, (const char *path, const char *key, const void *value, size_t size, int flags),
    (const char *, const char *, const void *, size_t, int), (path, key, value, size, flags), 0,
    call(SYS_setxattr, path, key, value, size, flags))
ONE(lsetxattr, OP_SETXATTR, AT_FDCWD, path, 0, (const char *path, const char *key, const void *value, size_t size, int flags),
    (const char *, const char *, const void *, size_t, int), (path, key, value, size, flags), 0,
    call(SYS_lsetxattr, path, key, value, size, flags))
ONE(removexattr, OP_REMOVEXATTR, AT_FDCWD, path, 1, (const char *path, const char *key), (const char *, const char *),
    (path, key), 0, call(SYS_removexattr, path, key))
ONE(lremovexattr, OP_REMOVEXATTR, AT_FDCWD, path, 0, (const char *path, const char *key), (const char *, const char *),
    (path, key), 0, call(SYS_lremovexattr, path, key))

EXPORT int fchmodat(int directory, const char *path, mode_t mode, int flags) {
  if (may_not(OP_CHMOD, directory, path, !(flags & AT_SYMLINK_NOFOLLOW))) return -1;
  REAL(fchmodat, int, int, const char *, mode_t, int);
  int result = real    ? real(directory, path, mode, flags)
               : flags ? (int)done(-ENOTSUP)
                       : (int)done(call(SYS_fchmodat, directory, path, mode));
  told(OP_CHMOD, directory, path, 0, NULL, mode, result);
  return result;
}

/* By descriptor. They are refused, and not told of else: the file was told of when it was opened. */
#define OPEN_FILE(name, operation, asked, parts, parameters, types, arguments, raw)             \
  EXPORT int name parameters {                                                                  \
    if (denied_open(operation, fd, asked, parts)) return -1;                                    \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    return real ? real arguments : (int)done(raw);                                              \
  }

OPEN_FILE(ftruncate, OP_TRUNCATE, TRUNCATE, WRITE, (int fd, off_t size), (int, off_t), (fd, size),
          call(SYS_ftruncate, fd, size))
OPEN_FILE(ftruncate64, OP_TRUNCATE, TRUNCATE, WRITE, (int fd, off_t size), (int, off_t), (fd, size),
          call(SYS_ftruncate, fd, size))
OPEN_FILE(fchmod, OP_CHMOD, ATTRIBUTES, 0, (int fd, mode_t mode), (int, mode_t), (fd, mode), call(SYS_fchmod, fd, mode))
OPEN_FILE(fchown, OP_CHOWN, ATTRIBUTES, 0, (int fd, uid_t user, gid_t group), (int, uid_t, gid_t), (fd, user, group),
          call(SYS_fchown, fd, user, group))
OPEN_FILE(futimens, OP_UTIMES, ATTRIBUTES, 0, (int fd, const struct timespec times[2]), (int, const struct timespec *),
          (fd, times), call(SYS_utimensat, fd, NULL, times, 0))
OPEN_FILE(futimes, OP_UTIMES, ATTRIBUTES, 0, (int fd, const void *times), (int, const void *), (fd, times), -ENOSYS)
OPEN_FILE(fsetxattr, OP_SETXATTR, ATTRIBUTES, 0, (int fd, const char *key, const void *value, size_t size, int flags),
          (int, const char *, const void *, size_t, int), (fd, key, value, size, flags),
          call(SYS_fsetxattr, fd, key, value, size, flags))
OPEN_FILE(fremovexattr, OP_REMOVEXATTR, ATTRIBUTES, 0, (int fd, const char *key), (int, const char *), (fd, key),
          call(SYS_fremovexattr, fd, key))

EXPORT int remove(const char *path) {
  if (may_not(OP_UNLINK, AT_FDCWD, path, 0)) return -1;
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
#define TWO(name, refused, operation, at, path, other_at, other, parameters, types, arguments, raw)      \
  EXPORT int name parameters {                                                                  \
    if (refused) return -1;                                                                     \
    static void *known;                                                                         \
    int(*real) types = (int(*) types)next(&known, #name);                                       \
    int result = real ? real arguments : (int)done(raw);                                        \
    told(operation, at, path, other_at, other, 0, result);                                      \
    return result;                                                                              \
  }

TWO(rename, may_not_rename(AT_FDCWD, from, AT_FDCWD, to, 0), OP_RENAME, AT_FDCWD, from, AT_FDCWD, to, (const char *from, const char *to), (const char *, const char *),
    (from, to), call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0))
TWO(renameat, may_not_rename(from_at, from, to_at, to, 0), OP_RENAME, from_at, from, to_at, to, (int from_at, const char *from, int to_at, const char *to),
    (int, const char *, int, const char *), (from_at, from, to_at, to), call(SYS_renameat2, from_at, from, to_at, to, 0))
TWO(renameat2, may_not_rename(from_at, from, to_at, to, flags & RENAME_EXCHANGE), OP_RENAME, from_at, from, to_at, to,
    (int from_at, const char *from, int to_at, const char *to, unsigned flags),
    (int, const char *, int, const char *, unsigned), (from_at, from, to_at, to, flags),
    call(SYS_renameat2, from_at, from, to_at, to, flags))
TWO(link, may_not_link(AT_FDCWD, from, AT_FDCWD, to, 0), OP_LINK, AT_FDCWD, from, AT_FDCWD, to, (const char *from, const char *to), (const char *, const char *),
    (from, to), call(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0))
TWO(linkat, may_not_link(from_at, from, to_at, to, flags & AT_SYMLINK_FOLLOW), OP_LINK, from_at, from, to_at, to, (int from_at, const char *from, int to_at, const char *to, int flags),
    (int, const char *, int, const char *, int), (from_at, from, to_at, to, flags),
    call(SYS_linkat, from_at, from, to_at, to, flags))
TWO(symlink, may_not(OP_SYMLINK, AT_FDCWD, path, 0), OP_SYMLINK, AT_FDCWD, path, AT_FDCWD, text, (const char *text, const char *path),
    (const char *, const char *), (text, path), call(SYS_symlinkat, text, AT_FDCWD, path))
TWO(symlinkat, may_not(OP_SYMLINK, directory, path, 0), OP_SYMLINK, directory, path, AT_FDCWD, text, (const char *text, int directory, const char *path),
    (const char *, int, const char *), (text, directory, path), call(SYS_symlinkat, text, directory, path))

/* ---------------------------------------------------------------- programs */

/* Told before it is done: who succeeds does not come back. */
static int runs(int directory, const char *path) {
  if (may_not(OP_EXEC, directory, path, 1)) return 0;
  int error = *error_place();
  tell(OP_EXEC, directory, path, 0, NULL, 0, 0, 0);
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
  REAL(sendto, ssize_t, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  ssize_t result = real ? real(fd, bytes, count, flags, address, length)
                        : (ssize_t)done(call(SYS_sendto, fd, bytes, count, flags, address, length));
  if (known) told(OP_SEND, AT_FDCWD, text, 0, NULL, (int64_t)count, result < 0 ? -1 : 0);
  return result;
}
