/* The other side of the stand-in, for a test in another process: a socket through which requests come. Its port is written to
 * the file that AGENTVFS_STAND_IN_DOOR names.
 *
 * Each message is three u32 and what they count: what is wanted, the bytes of a request, the bytes of memory that it names by
 * its address. The answer is two u32 and what they count: the response (none where the volume was stopped), and the memory as
 * it is then. */

enum door_call {
  DOOR_ASK = 0,     /* as the driver asks; the memory's address and the hint are filled in, and whose token it is */
  DOOR_NOTICES = 1, /* what the driver was told since it was last asked for, as memory */
  DOOR_PLACE = 2,   /* where the volume is mounted, UTF-16, as memory */
  DOOR_MAP = 3,     /* a write that comes when the volume is flushed, as of what is written through a mapping */
  DOOR_PARAMS = 4,  /* what the volume was made with, as memory */
};

enum { AT_HINT = 8, AT_KIND = 4, AT_ADDRESS = 32, AT_TOKEN = 40, KIND_CREATE = 1 };

static BOOL receive(SOCKET from, void *into, ULONG size) {
  for (ULONG got = 0; got < size;) {
    int count = recv(from, (char *)into + got, size - got, 0);
    if (count <= 0) return FALSE;
    got += count;
  }
  return TRUE;
}

static BOOL tell(SOCKET to, const void *bytes, ULONG size) {
  for (ULONG sent = 0; sent < size;) {
    int count = send(to, (const char *)bytes + sent, size - sent, 0);
    if (count <= 0) return FALSE;
    sent += count;
  }
  return TRUE;
}

/* What a program wrote through a mapping and the system has not written back: a request, and its memory. */
static struct page {
  struct page *next;
  ULONG request_size;
  BYTE bytes[];
} *pages;

static void put64(BYTE *at, ULONG64 value) { memcpy(at, &value, 8); }

static BOOL answer_one(SOCKET client, struct volume *volume) {
  ULONG head[3];
  if (!receive(client, head, sizeof head) || head[1] > REQUEST_ROOM || head[2] > 64 << 20) return FALSE;
  BYTE request[REQUEST_ROOM], response[RESPONSE_ROOM];
  BYTE *memory = malloc(head[2] + NOTICES_ROOM);
  ULONG answer[2] = { 0, head[2] };
  BOOL is_open = receive(client, request, head[1]) && receive(client, memory, head[2]);
  if (is_open && head[0] == DOOR_ASK) {
    ULONG kind;
    memcpy(&kind, request + AT_KIND, 4);
    put64(request + AT_HINT, (ULONG64)(ULONG_PTR)request);
    if (head[2] > 0) put64(request + AT_ADDRESS, (ULONG64)(ULONG_PTR)memory);
    if (kind == KIND_CREATE) {
      /* Another process's, where the request names one. */
      ULONG64 token = own_token();
      ULONG process;
      memcpy(&process, request + AT_TOKEN + 4, 4);
      put64(request + AT_TOKEN, process == 0 ? token : (ULONG64)process << 32 | (ULONG)token);
    }
    LONG size = StandInAsk(volume, request, head[1], response);
    if (size > 0) answer[0] = size;
  } else if (is_open && head[0] == DOOR_NOTICES) {
    lock(&volume->lock);
    answer[1] = volume->notices_size;
    memcpy(memory, volume->notices, answer[1]);
    volume->notices_size = 0;
    unlock(&volume->lock);
  } else if (is_open && head[0] == DOOR_MAP) {
    struct page *page = malloc(sizeof *page + head[1] + head[2]);
    *page = (struct page){ pages, head[1] };
    memcpy(page->bytes, request, head[1]);
    memcpy(page->bytes + head[1], memory, head[2]);
    lock(&volume->lock);
    page->next = pages;
    pages = page;
    unlock(&volume->lock);
  } else if (is_open && head[0] == DOOR_PARAMS) {
    answer[1] = PARAMS_SIZE;
    memcpy(memory, volume->params, PARAMS_SIZE);
  } else if (is_open && head[0] == DOOR_PLACE) {
    for (answer[1] = 0; volume->mounted[answer[1] / 2] != 0; answer[1] += 2) {}
    memcpy(memory, volume->mounted, answer[1]);
  }
  is_open = is_open && tell(client, answer, sizeof answer) && tell(client, response, answer[0]) && tell(client, memory, answer[1]);
  free(memory);
  return is_open;
}

struct visit {
  SOCKET client;
  struct volume *volume;
};

static THREAD_RESULT serve_client(void *argument) {
  struct visit *visit = argument;
  while (answer_one(visit->client, visit->volume)) {}
  closesocket(visit->client);
  free(visit);
  return 0;
}

static SOCKET door;

static THREAD_RESULT serve_door(void *volume) {
  for (;;) {
    struct visit *visit = malloc(sizeof *visit);
    *visit = (struct visit){ accept(door, NULL, NULL), volume };
    if (visit->client == INVALID_SOCKET) return 0;
    start_thread(serve_client, visit);
  }
}

static void open_door(struct volume *volume) {
  const char *path = getenv("AGENTVFS_STAND_IN_DOOR");
  if (path == NULL || door != 0) return;
  begin_sockets();
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  door = socket(AF_INET, SOCK_STREAM, 0);
  FILE *file = fopen(path, "w");
  if (file == NULL || bind(door, (struct sockaddr *)&address, size) != 0 || listen(door, 64) != 0) return;
  getsockname(door, (struct sockaddr *)&address, &size);
  fprintf(file, "%u\n", ntohs(address.sin_port));
  fclose(file);
  start_thread(serve_door, volume);
}
