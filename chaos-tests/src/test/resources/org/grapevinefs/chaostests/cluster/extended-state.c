// SPDX-License-Identifier: Apache-2.0
// Preloaded into User-Mode Linux 6.1. On a processor with AMX a process has more extended state than that kernel
// keeps, and the host takes back only a whole one (EFAULT otherwise): the rest is added from what the process has now.
#define _GNU_SOURCE
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NT_X86_XSTATE 0x202

static char whole[1 << 16] __attribute__((aligned(64)));

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  pid_t process = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
    long word;
    long result = syscall(SYS_ptrace, request, process, address, &word);
    return result < 0 ? result : word;
  }
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
    const struct iovec *part = data;
    struct iovec all = {whole, sizeof whole};
    if (syscall(SYS_ptrace, PTRACE_GETREGSET, process, address, &all) == 0 && all.iov_len > part->iov_len) {
      memcpy(whole, part->iov_base, part->iov_len);
      return syscall(SYS_ptrace, PTRACE_SETREGSET, process, address, &all);
    }
  }
  return syscall(SYS_ptrace, request, process, address, data);
}
