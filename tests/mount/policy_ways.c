/*
 * Ways to a file that shells and scripts have no words for: requests through io_uring, calls that a debugger makes another
 * process do, and calls by number. Prints "ok", or the name of what a way was answered with.
 *
 *   ways io_uring-write PATH       ways io_uring-unlink PATH       ways io_uring-rename PATH TO
 *   ways io_uring-read PATH        ways ptrace-unlink PATH         ways aio-write PATH
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(long result) {
  printf("%s\n", result < 0 ? strerrorname_np(-result) : "ok");
}

static int ring = -1;
static unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;

static int ring_open(void) {
  struct io_uring_params p = {0};
  ring = syscall(SYS_io_uring_setup, 4, &p);
  if (ring < 0) return -errno;
  char *sq = mmap(0, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  char *cq = mmap(0, p.cq_off.cqes + p.cq_entries * sizeof *cqes, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
                  IORING_OFF_CQ_RING);
  sqes = mmap(0, p.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
  sq_tail = (unsigned *)(sq + p.sq_off.tail);
  sq_mask = (unsigned *)(sq + p.sq_off.ring_mask);
  sq_array = (unsigned *)(sq + p.sq_off.array);
  cq_head = (unsigned *)(cq + p.cq_off.head);
  cq_tail = (unsigned *)(cq + p.cq_off.tail);
  cq_mask = (unsigned *)(cq + p.cq_off.ring_mask);
  cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
  return 0;
}

/* By a worker of the kernel, not by this thread. */
static int ring_do(struct io_uring_sqe sqe) {
  unsigned tail = *sq_tail, at = tail & *sq_mask;
  sqe.flags |= IOSQE_ASYNC;
  sqes[at] = sqe;
  sq_array[at] = at;
  __atomic_store_n(sq_tail, tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -errno;
  int result = cqes[*cq_head & *cq_mask].res;
  __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
  return result;
}

static int ring_way(const char *way, const char *path, const char *to) {
  int failed = ring_open();
  if (failed < 0) return failed;
  if (strcmp(way, "unlink") == 0)
    return ring_do((struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (long)path});
  if (strcmp(way, "rename") == 0)
    return ring_do((struct io_uring_sqe){
        .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = (long)path, .len = AT_FDCWD, .addr2 = (long)to});
  int writes = strcmp(way, "write") == 0;
  int fd = ring_do((struct io_uring_sqe){
      .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (long)path, .open_flags = writes ? O_WRONLY : O_RDONLY});
  if (fd < 0) return fd;
  static char bytes[64] = "by the kernel's worker";
  return ring_do((struct io_uring_sqe){
      .opcode = writes ? IORING_OP_WRITE : IORING_OP_READ, .fd = fd, .addr = (long)bytes, .len = 22});
}

static int aio_write(const char *path) {
  aio_context_t context = 0;
  int fd = open(path, O_WRONLY);
  if (fd < 0) return -errno;
  if (syscall(SYS_io_setup, 1, &context) < 0) return -errno;
  struct iocb block = {.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (long)"by aio", .aio_nbytes = 6};
  struct iocb *blocks[] = {&block};
  if (syscall(SYS_io_submit, context, 1, blocks) < 0) return -errno;
  struct io_event event;
  if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) < 0) return -errno;
  return event.res;
}

#ifdef __x86_64__
/* A child that stopped is made to call unlink(2). */
static long ptrace_unlink(const char *path) {
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    syscall(SYS_getppid);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
  struct user_regs_struct regs;
  long answer = -ESRCH;
  while (ptrace(PTRACE_SYSCALL, child, 0, 0) == 0 && waitpid(child, NULL, 0) == child) {
    ptrace(PTRACE_GETREGS, child, 0, &regs);
    if (regs.orig_rax != SYS_getppid) continue;
    regs.orig_rax = SYS_unlink;
    regs.rdi = (unsigned long)path;
    ptrace(PTRACE_SETREGS, child, 0, &regs);
    ptrace(PTRACE_SYSCALL, child, 0, 0);
    waitpid(child, NULL, 0);
    ptrace(PTRACE_GETREGS, child, 0, &regs);
    answer = regs.rax;
    break;
  }
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return answer;
}
#endif

int main(int count, char **words) {
  if (count < 3) return 2;
  const char *way = words[1], *path = words[2];
  if (strncmp(way, "io_uring-", 9) == 0) tell(ring_way(way + 9, path, count > 3 ? words[3] : NULL));
  else if (strcmp(way, "aio-write") == 0) tell(aio_write(path));
#ifdef __x86_64__
  else if (strcmp(way, "ptrace-unlink") == 0) tell(ptrace_unlink(path));
#endif
  else return 2;
  return 0;
}
