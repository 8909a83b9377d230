// Changes files, and connects, through io_uring alone, where no system call says what is done. Prints a line for each that
// succeeded: the action, the paths, the bytes; or "unavailable" where the kernel has none.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ring;
static unsigned *tail, *mask, *array, *done_head, *done_tail, *done_mask;
static struct io_uring_sqe *entries;
static struct io_uring_cqe *answers;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void set_up(void) {
  struct io_uring_params p = {0};
  ring = (int)syscall(SYS_io_uring_setup, 8, &p);
  if (ring < 0) {
    puts("unavailable");
    exit(0);
  }
  size_t bytes = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  size_t answered = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  char *sq = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  char *cq = mmap(NULL, answered, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
  entries = mmap(NULL, p.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
                 IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || entries == MAP_FAILED) fail("mmap");
  tail = (unsigned *)(sq + p.sq_off.tail);
  mask = (unsigned *)(sq + p.sq_off.ring_mask);
  array = (unsigned *)(sq + p.sq_off.array);
  done_head = (unsigned *)(cq + p.cq_off.head);
  done_tail = (unsigned *)(cq + p.cq_off.tail);
  done_mask = (unsigned *)(cq + p.cq_off.ring_mask);
  answers = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
}

// One request, and its result.
static int ask(struct io_uring_sqe entry) {
  unsigned at = *tail & *mask;
  entries[at] = entry;
  array[at] = at;
  __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) fail("io_uring_enter");
  while (__atomic_load_n(done_tail, __ATOMIC_ACQUIRE) == *done_head) {}
  int result = answers[*done_head & *done_mask].res;
  __atomic_store_n(done_head, *done_head + 1, __ATOMIC_RELEASE);
  return result;
}

static int must(const char *what, int result) {
  if (result >= 0) return result;
  errno = -result;
  fail(what);
  return result;
}

static uint64_t at(const void *pointer) { return (uint64_t)(uintptr_t)pointer; }

static int open_file(const char *path, int flags) {
  return must("openat", ask((struct io_uring_sqe){
      .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = at(path), .len = 0644, .open_flags = (unsigned)flags}));
}

static void write_file(int fd, const char *path, const char *text, uint64_t offset) {
  int bytes = must("write", ask((struct io_uring_sqe){
      .opcode = IORING_OP_WRITE, .fd = fd, .addr = at(text), .len = (unsigned)strlen(text), .off = offset}));
  printf("write %s %d\n", path, bytes);
}

int main(void) {
  set_up();
  int fd = open_file("ring", O_CREAT | O_RDWR);
  puts("create ring");
  for (int i = 0; i < 50; i++) write_file(fd, "ring", "through the ring", (uint64_t)i * 100);
  open_file("ring", O_WRONLY | O_TRUNC);
  puts("open ring");
  puts("truncate ring");
  write_file(fd, "ring", "again", 0);
  must("mkdirat", ask((struct io_uring_sqe){.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = at("ring-dir"), .len = 0755}));
  puts("mkdir ring-dir");
  must("symlinkat", ask((struct io_uring_sqe){
      .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = at("ring"), .addr2 = at("ring-link")}));
  puts("symlink ring-link ring");
  must("linkat", ask((struct io_uring_sqe){
      .opcode = IORING_OP_LINKAT, .fd = AT_FDCWD, .addr = at("ring"), .len = (unsigned)AT_FDCWD, .addr2 = at("ring-hard")}));
  puts("link ring ring-hard");
  must("unlinkat", ask((struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("ring-hard")}));
  puts("unlink ring-hard");
  must("fallocate", ask((struct io_uring_sqe){.opcode = IORING_OP_FALLOCATE, .fd = fd, .off = 0, .addr = 1000, .len = 0}));
  puts("fallocate ring");
  must("renameat", ask((struct io_uring_sqe){
      .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = at("ring"), .len = (unsigned)AT_FDCWD, .addr2 = at("ring-dir/moved")}));
  puts("rename ring ring-dir/moved");
  must("unlinkat", ask((struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("ring-dir/moved")}));
  puts("unlink ring-dir/moved");
  must("rmdir", ask((struct io_uring_sqe){
      .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("ring-dir"), .unlink_flags = AT_REMOVEDIR}));
  puts("rmdir ring-dir");
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(0x7f000009)}};
  must("connect", ask((struct io_uring_sqe){.opcode = IORING_OP_CONNECT, .fd = s, .addr = at(&to), .off = sizeof to}));
  puts("connect 127.0.0.9 9");
  return 0;
}
