/* What the stand-in needs of the system that it runs on: of Windows, or of Linux, where it takes Windows' place. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>

#define EXPORT __declspec(dllexport)
#define THREAD_RESULT DWORD WINAPI
typedef int socklen_t;
typedef CRITICAL_SECTION LOCK;
typedef CONDITION_VARIABLE SIGNAL;
#define make_lock InitializeCriticalSection
#define lock EnterCriticalSection
#define unlock LeaveCriticalSection
#define make_signal InitializeConditionVariable
#define raise_signal WakeAllConditionVariable

/* False if that was not within so many ms. */
static BOOL await_signal(SIGNAL *signal, LOCK *held, DWORD ms) { return SleepConditionVariableCS(signal, held, ms); }
static void start_thread(LPTHREAD_START_ROUTINE body, void *argument) { CloseHandle(CreateThread(NULL, 0, body, argument, 0, NULL)); }
static void begin_sockets(void) {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
}

/* As the driver names a caller: a handle of this process, and the caller's number. */
static ULONG64 own_token(void) {
  static HANDLE token;
  if (token == NULL) OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
  return (ULONG64)GetCurrentProcessId() << 32 | (ULONG)(ULONG_PTR)token;
}

/* A folder that goes with the process. */
static HANDLE folder;
static BOOL show_folder(const WCHAR *path) {
  if (!CreateDirectoryW(path, NULL)) return FALSE;
  folder = CreateFileW(path, DELETE | SYNCHRONIZE, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_DELETE_ON_CLOSE, NULL);
  return folder != INVALID_HANDLE_VALUE;
}
static void hide_folder(const WCHAR *path) {
  (void)path;
  CloseHandle(folder);
}

/* A letter stands for the volume; `*` is the last that stands for nothing. */
static BOOL show_letter(WCHAR *point, const WCHAR *volume) {
  WCHAR target[64], last = point[0] == '*' ? 'D' : point[0];
  if (point[0] == '*') point[0] = 'Z';
  while (QueryDosDeviceW(point, target, 64) != 0)
    if (--point[0] < last) return FALSE;
  return DefineDosDeviceW(DDD_RAW_TARGET_PATH | DDD_NO_BROADCAST_SYSTEM, point, volume);
}
static void hide_letter(const WCHAR *point, const WCHAR *volume) {
  DefineDosDeviceW(DDD_RAW_TARGET_PATH | DDD_REMOVE_DEFINITION | DDD_EXACT_MATCH_ON_REMOVE | DDD_NO_BROADCAST_SYSTEM, point, volume);
}

#else
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define THREAD_RESULT void *
#define INVALID_SOCKET (-1)
#define closesocket close
#define INFINITE 0xffffffffu
#define TRUE 1
#define FALSE 0
typedef int BOOL, SOCKET;
typedef int32_t LONG;
typedef uint32_t ULONG, DWORD;
typedef uint64_t ULONG64;
typedef uintptr_t ULONG_PTR;
typedef size_t SIZE_T;
typedef uint8_t BYTE, BOOLEAN;
typedef uint16_t USHORT, WCHAR;
typedef void *HANDLE;
typedef pthread_mutex_t LOCK;
typedef pthread_cond_t SIGNAL;
#define lock pthread_mutex_lock
#define unlock pthread_mutex_unlock
#define raise_signal pthread_cond_broadcast

static void make_lock(LOCK *made) { pthread_mutex_init(made, NULL); }
static void make_signal(SIGNAL *made) { pthread_cond_init(made, NULL); }
static BOOL await_signal(SIGNAL *signal, LOCK *held, DWORD ms) {
  struct timespec until;
  if (ms == INFINITE) return pthread_cond_wait(signal, held) == 0;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += ms / 1000;
  return pthread_cond_timedwait(signal, held, &until) == 0;
}
static void start_thread(void *(*body)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, argument) == 0) pthread_detach(thread);
}
static void begin_sockets(void) {}
static ULONG64 own_token(void) { return (ULONG64)getpid() << 32 | 77; }

/* Paths in tests are ASCII. The folder of a process that was killed stays behind, empty. */
static const char *narrow(const WCHAR *path) {
  static char text[1024];
  int i = 0;
  for (; path[i] != 0 && i < 1023; i++) text[i] = (char)path[i];
  text[i] = 0;
  return text;
}
static BOOL show_folder(const WCHAR *path) {
  struct stat there;
  if (mkdir(narrow(path), 0700) == 0) return TRUE;
  return errno == EEXIST && stat(narrow(path), &there) == 0 && there.st_nlink == 2;
}
static void hide_folder(const WCHAR *path) { rmdir(narrow(path)); }

/* Linux has no letters. */
static BOOL show_letter(WCHAR *point, const WCHAR *volume) {
  (void)volume;
  if (point[0] == '*') point[0] = 'Z';
  return TRUE;
}
static void hide_letter(const WCHAR *point, const WCHAR *volume) { (void)point, (void)volume; }

/* What the program asks Windows itself for. */

EXPORT ULONG64 GetCurrentProcess(void) { return 1; }
EXPORT int CloseHandle(ULONG64 handle) { return handle != 0; }
EXPORT int OpenProcessToken(ULONG64 process, ULONG access, ULONG64 *token) {
  (void)process, (void)access;
  *token = 77;
  return 1;
}

/* TOKEN_USER: whoever asks is one user. */
EXPORT int GetTokenInformation(ULONG64 token, ULONG what, BYTE *into, ULONG room, ULONG *length) {
  static const BYTE sid[] = { 1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xe9, 3, 0, 0 };
  if (token != 77 || what != 1 || room < 16 + sizeof sid) return 0;
  memset(into, 0, 16);
  memcpy(into + 16, sid, sizeof sid);
  *length = 16 + sizeof sid;
  return 1;
}
#endif
