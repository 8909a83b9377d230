/* A stand-in for winfsp-x64.dll: what the library has for programs that take the driver's requests themselves, and in place
 * of the driver a queue that a test fills. Layouts are those of the real library, by offset.
 *
 * StandInAsk is the other side: it gives a request to whoever waits in FspFsctlTransact and waits for the response. */

#include <windows.h>
#include <string.h>

typedef LONG NTSTATUS;
enum {
  SUCCESS = 0,
  BAD_PARAMETER = (NTSTATUS)0xC000000D,
  BAD_REQUEST = (NTSTATUS)0xC0000010,
  CANCELLED = (NTSTATUS)0xC0000120,
  CANT_WAIT = (NTSTATUS)0xC00000D8,
};

#define EXPORT __declspec(dllexport)
#define REQUEST_ROOM 16320
#define RESPONSE_ROOM 16384
#define PARAMS_SIZE 504
#define NOTICES_ROOM 65536

struct ask {
  const BYTE *request;
  ULONG request_size;
  BYTE *response;
  ULONG response_size;
  BOOL taken, answered;
  struct ask *next;
};

static struct volume {
  CRITICAL_SECTION lock;
  CONDITION_VARIABLE changed;
  struct ask *asks;
  BOOL ready, cancelled, stopped, telling;
  BYTE params[PARAMS_SIZE];
  WCHAR mounted[260];
  BYTE notices[NOTICES_ROOM];
  ULONG notices_size;
  int sessions, renames, refused;
} the_volume;

static USHORT get16(const BYTE *at) { USHORT value; memcpy(&value, at, 2); return value; }
static ULONG64 get64(const BYTE *at) { ULONG64 value; memcpy(&value, at, 8); return value; }

EXPORT NTSTATUS FspVersion(ULONG *version) {
  *version = 2 << 16 | 1;
  return SUCCESS;
}

EXPORT NTSTATUS FspFsctlCreateVolume(WCHAR *device, const BYTE *params, WCHAR *name, SIZE_T name_bytes, HANDLE *handle) {
  static const WCHAR text[] = L"\\Device\\Volume{00000000-0000-0000-0000-00000000a9f5}";
  struct volume *volume = &the_volume;
  if (lstrcmpW(device, L"WinFsp.Disk") != 0 || get16(params) != PARAMS_SIZE || name_bytes < sizeof text)
    return BAD_PARAMETER;
  memset(volume, 0, sizeof *volume);
  InitializeCriticalSection(&volume->lock);
  InitializeConditionVariable(&volume->changed);
  memcpy(volume->params, params, PARAMS_SIZE);
  memcpy(name, text, sizeof text);
  *handle = volume;
  return SUCCESS;
}

/* As the driver: a response is taken if its hint waits for one; then the oldest request that nobody has is given out. */
static BOOL take_response(struct volume *volume, const BYTE *response, SIZE_T size) {
  if (size < 128 || size > RESPONSE_ROOM || size % 8 != 0 || get16(response + 2) > size) return FALSE;
  for (struct ask *ask = volume->asks; ask != NULL; ask = ask->next) {
    if (!ask->taken || ask->answered || get64(ask->request + 8) != get64(response + 8)) continue;
    ask->response_size = get16(response + 2);
    memcpy(ask->response, response, ask->response_size);
    ask->answered = TRUE;
    WakeAllConditionVariable(&volume->changed);
    return TRUE;
  }
  volume->refused++;
  return TRUE;
}

EXPORT NTSTATUS FspFsctlTransact(HANDLE handle, const void *response, SIZE_T response_size, void *request, SIZE_T *request_size, BOOLEAN batch) {
  struct volume *volume = handle;
  NTSTATUS status = SUCCESS;
  if (batch) return BAD_PARAMETER;
  EnterCriticalSection(&volume->lock);
  if (!volume->ready) {
    volume->ready = TRUE;
    if (response_size != 0 || request != NULL) status = BAD_REQUEST;
  } else if (volume->cancelled) {
    status = CANCELLED;
  } else if (response_size > 0 && !take_response(volume, response, response_size)) {
    status = BAD_PARAMETER;
  }
  if (status == SUCCESS && request != NULL) {
    if (*request_size < REQUEST_ROOM) status = BAD_PARAMETER;
    while (status == SUCCESS) {
      struct ask *ask = volume->asks;
      while (ask != NULL && ask->taken) ask = ask->next;
      if (volume->cancelled) {
        status = CANCELLED;
      } else if (ask != NULL) {
        memcpy(request, ask->request, ask->request_size);
        *request_size = ask->request_size;
        ask->taken = TRUE;
        break;
      } else if (!SleepConditionVariableCS(&volume->changed, &volume->lock, 1000)) {
        *request_size = 0; /* none for a second: the caller may look around */
        break;
      }
    }
  }
  LeaveCriticalSection(&volume->lock);
  return status;
}

EXPORT NTSTATUS FspFsctlStop0(HANDLE handle) {
  struct volume *volume = handle;
  EnterCriticalSection(&volume->lock);
  volume->cancelled = TRUE;
  WakeAllConditionVariable(&volume->changed);
  LeaveCriticalSection(&volume->lock);
  return SUCCESS;
}

EXPORT NTSTATUS FspFsctlStop(HANDLE handle) {
  ((struct volume *)handle)->stopped = TRUE;
  return SUCCESS;
}

/* The first call of a telling is refused once, as while something is being renamed. */
EXPORT NTSTATUS FspFsctlNotify(HANDLE handle, const BYTE *list, SIZE_T size) {
  struct volume *volume = handle;
  if (list == NULL) {
    if (volume->renames++ == 0) return CANT_WAIT;
    volume->telling = TRUE;
    volume->sessions++;
    return SUCCESS;
  }
  if (!volume->telling || volume->notices_size + size > NOTICES_ROOM) return BAD_REQUEST;
  if (size == 2 && get16(list) == 0) {
    volume->telling = FALSE;
    return SUCCESS;
  }
  memcpy(volume->notices + volume->notices_size, list, size);
  volume->notices_size += size;
  return SUCCESS;
}

struct mount_desc {
  HANDLE volume;
  const WCHAR *volume_name;
  void *security;
  ULONG64 reserved;
  WCHAR *mount_point;
  HANDLE mount;
};

EXPORT NTSTATUS FspMountSet(struct mount_desc *desc) {
  struct volume *volume = desc->volume;
  if (wcsncmp(desc->volume_name, L"\\Device\\Volume{", 15) != 0) return BAD_PARAMETER;
  if (desc->mount_point[0] == L'*') desc->mount_point[0] = L'Z';
  lstrcpynW(volume->mounted, desc->mount_point, 260);
  return SUCCESS;
}

EXPORT NTSTATUS FspMountRemove(struct mount_desc *desc) {
  ((struct volume *)desc->volume)->mounted[0] = 0;
  return SUCCESS;
}

/* The other side. Returns the response's size; negative if the volume was stopped before there was one. */
EXPORT LONG StandInAsk(HANDLE handle, const BYTE *request, ULONG size, BYTE *response) {
  struct volume *volume = handle;
  struct ask ask = { request, size, response };
  EnterCriticalSection(&volume->lock);
  struct ask **end = &volume->asks;
  while (*end != NULL) end = &(*end)->next;
  *end = &ask;
  WakeAllConditionVariable(&volume->changed);
  while (!ask.answered && !volume->cancelled) SleepConditionVariableCS(&volume->changed, &volume->lock, INFINITE);
  for (end = &volume->asks; *end != &ask;) end = &(*end)->next;
  *end = ask.next;
  LeaveCriticalSection(&volume->lock);
  return ask.answered ? (LONG)ask.response_size : -1;
}

/* What the library was told, for a test to look at. */
EXPORT void StandInParams(HANDLE handle, BYTE *params) { memcpy(params, ((struct volume *)handle)->params, PARAMS_SIZE); }
EXPORT ULONG StandInNotices(HANDLE handle, BYTE *notices) {
  struct volume *volume = handle;
  memcpy(notices, volume->notices, volume->notices_size);
  return volume->notices_size;
}
EXPORT LONG StandInState(HANDLE handle) {
  struct volume *volume = handle;
  return (volume->mounted[0] & 0xff) | volume->stopped << 8 | volume->sessions << 16 | volume->refused << 24;
}
