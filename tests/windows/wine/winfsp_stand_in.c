/* A stand-in for winfsp-x64.dll: what the library has for programs that take the driver's requests themselves, and in place
 * of the driver a queue that a test fills. Layouts are those of the real library, by offset.
 *
 * StandInAsk is the other side: it gives a request to whoever waits in FspFsctlTransact and waits for the response. Tests in
 * other processes ask through a door. */

#include "stand_in_system.h"

typedef LONG NTSTATUS;
enum {
  SUCCESS = 0,
  BAD_PARAMETER = (NTSTATUS)0xC000000D,
  BAD_REQUEST = (NTSTATUS)0xC0000010,
  CANCELLED = (NTSTATUS)0xC0000120,
  CANT_WAIT = (NTSTATUS)0xC00000D8,
  NAME_COLLISION = (NTSTATUS)0xC0000035,
};

#define REQUEST_ROOM 16320
#define RESPONSE_ROOM 16384
#define PARAMS_SIZE 504
#define NOTICES_ROOM 65536
#define VOLUME_NAME "\\Device\\Volume{00000000-0000-0000-0000-00000000a9f5}"

struct ask {
  const BYTE *request;
  ULONG request_size;
  BYTE *response;
  ULONG response_size;
  BOOL taken, answered;
  struct ask *next;
};

static struct volume {
  LOCK lock;
  SIGNAL changed;
  struct ask *asks;
  BOOL ready, cancelled, stopped, telling;
  BYTE params[PARAMS_SIZE];
  WCHAR mounted[260];
  BYTE notices[NOTICES_ROOM];
  ULONG notices_size;
  int sessions, renames, refused;
} the_volume;

static USHORT get16(const BYTE *at) { USHORT value; memcpy(&value, at, 2); return value; }
static BOOL is_same(const WCHAR *text, const char *ascii) {
  int i = 0;
  while (text[i] != 0 && text[i] == ascii[i]) i++;
  return text[i] == (WCHAR)ascii[i];
}
static ULONG64 get64(const BYTE *at) { ULONG64 value; memcpy(&value, at, 8); return value; }

static void hear_knocks(void);
static void open_door(struct volume *volume);

EXPORT NTSTATUS FspVersion(ULONG *version) {
  *version = 2 << 16 | 1;
  return SUCCESS;
}

EXPORT NTSTATUS FspFsctlCreateVolume(WCHAR *device, const BYTE *params, WCHAR *name, SIZE_T name_bytes, HANDLE *handle) {
  static const char text[] = VOLUME_NAME;
  struct volume *volume = &the_volume;
  if (!is_same(device, "WinFsp.Disk") || get16(params) != PARAMS_SIZE || name_bytes < 2 * sizeof text)
    return BAD_PARAMETER;
  memset(volume, 0, sizeof *volume);
  make_lock(&volume->lock);
  make_signal(&volume->changed);
  memcpy(volume->params, params, PARAMS_SIZE);
  for (SIZE_T i = 0; i < sizeof text; i++) name[i] = text[i];
  *handle = volume;
  hear_knocks();
  open_door(volume);
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
    raise_signal(&volume->changed);
    return TRUE;
  }
  volume->refused++;
  return TRUE;
}

/* How long the loop waits for a request at once. The driver's own default is ten seconds. */
static DWORD idle_ms(void) {
  const char *said = getenv("AGENTVFS_STAND_IN_IDLE_MS");
  return said == NULL ? 1000 : (DWORD)atoi(said);
}

EXPORT NTSTATUS FspFsctlTransact(HANDLE handle, const void *response, SIZE_T response_size, void *request, SIZE_T *request_size, BOOLEAN batch) {
  struct volume *volume = handle;
  NTSTATUS status = SUCCESS;
  if (batch) return BAD_PARAMETER;
  lock(&volume->lock);
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
      } else if (!await_signal(&volume->changed, &volume->lock, idle_ms())) {
        *request_size = 0; /* none for a while: the caller may look around */
        break;
      }
    }
  }
  unlock(&volume->lock);
  return status;
}

EXPORT NTSTATUS FspFsctlStop0(HANDLE handle) {
  struct volume *volume = handle;
  lock(&volume->lock);
  volume->cancelled = TRUE;
  raise_signal(&volume->changed);
  unlock(&volume->lock);
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
  lock(&volume->lock);
  memcpy(volume->notices + volume->notices_size, list, size);
  volume->notices_size += size;
  unlock(&volume->lock);
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

static BOOL is_letter(const WCHAR *point) { return point[0] != 0 && point[1] == ':' && point[2] == 0; }

EXPORT NTSTATUS FspMountSet(struct mount_desc *desc) {
  struct volume *volume = desc->volume;
  const WCHAR *point = desc->mount_point;
  int i = 0;
  if (!is_same(desc->volume_name, VOLUME_NAME)) return BAD_PARAMETER;
  BOOL is_shown = is_letter(point) ? show_letter(desc->mount_point, desc->volume_name) : show_folder(point);
  if (!is_shown) return NAME_COLLISION;
  for (; i < 259 && point[i] != 0; i++) volume->mounted[i] = point[i];
  volume->mounted[i] = 0;
  return SUCCESS;
}

EXPORT NTSTATUS FspMountRemove(struct mount_desc *desc) {
  struct volume *volume = desc->volume;
  if (volume->mounted[0] == 0) return SUCCESS;
  if (is_letter(volume->mounted)) hide_letter(volume->mounted, desc->volume_name);
  else hide_folder(volume->mounted);
  volume->mounted[0] = 0;
  return SUCCESS;
}

/* The other side. Returns the response's size; negative if the volume was stopped before there was one. */
EXPORT LONG StandInAsk(HANDLE handle, const BYTE *request, ULONG size, BYTE *response) {
  struct volume *volume = handle;
  struct ask ask = { request, size, response };
  lock(&volume->lock);
  struct ask **end = &volume->asks;
  while (*end != NULL) end = &(*end)->next;
  *end = &ask;
  raise_signal(&volume->changed);
  while (!ask.answered && !volume->cancelled) await_signal(&volume->changed, &volume->lock, INFINITE);
  for (end = &volume->asks; *end != &ask;) end = &(*end)->next;
  *end = ask.next;
  unlock(&volume->lock);
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

#include "stand_in_door.h"
#include "stand_in_knock.h"
