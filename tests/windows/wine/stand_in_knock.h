/* The calls by which the program wakes its own loop: it opens the volume's root, which is a request, and sends a control code to
 * it, which is another; and that by which it has the volume flushed. Windows would take all to the driver. */

enum { KIND_FLUSH = 11, KIND_CONTROL = 16, ROOT_OPTIONS = 1 << 24, ATTRIBUTES_ONLY = 0x80, BY_A_PROGRAM = 3, AT_STATUS = 20 };

/* What the loop gave for the root, behind a number that is no handle of the system's. */
static struct root {
  ULONG64 context, handle;
} the_root;

static void put32(BYTE *at, ULONG value) { memcpy(at, &value, 4); }

/* Fills a request's fixed part. */
static void begin_request(BYTE *request, ULONG size, ULONG kind) {
  memset(request, 0, size);
  request[2] = (BYTE)size;
  put32(request + AT_KIND, kind);
  put64(request + AT_HINT, (ULONG64)(ULONG_PTR)request);
}

static BOOL is_root(const WCHAR *path) { return is_same(path, "\\\\?\\GLOBALROOT" VOLUME_NAME "\\"); }

static ULONG64 open_root(void) {
  static const BYTE name[] = { '\\', 0, 0, 0 };
  BYTE request[96], response[RESPONSE_ROOM];
  begin_request(request, sizeof request, KIND_CREATE);
  put32(request + 16, ROOT_OPTIONS);
  put64(request + AT_TOKEN, own_token());
  put32(request + 48, ATTRIBUTES_ONLY);
  put32(request + 56, 7);
  put32(request + 64, BY_A_PROGRAM);
  put32(request + 80, sizeof name << 16);
  memcpy(request + 88, name, sizeof name);
  ULONG status = 0;
  if (StandInAsk(&the_volume, request, sizeof request, response) > 0) memcpy(&status, response + AT_STATUS, 4);
  else status = 1;
  the_root = (struct root){ get64(response + 24), get64(response + 32) };
  return status == 0 ? (ULONG64)(ULONG_PTR)&the_root : ~0ull;
}

static BOOL is_open_root(ULONG64 handle) { return handle == (ULONG64)(ULONG_PTR)&the_root; }

static BOOL control_root(ULONG code) {
  BYTE request[88], response[RESPONSE_ROOM];
  begin_request(request, sizeof request, KIND_CONTROL);
  put64(request + 16, the_root.context);
  put64(request + 24, the_root.handle);
  put32(request + 32, code);
  return StandInAsk(&the_volume, request, sizeof request, response) > 0;
}

/* What programs wrote through mappings comes first. */
static BOOL flush_root(void) {
  BYTE request[88], response[RESPONSE_ROOM];
  ULONG status;
  for (;;) {
    lock(&the_volume.lock);
    struct page *page = pages;
    if (page != NULL) pages = page->next;
    unlock(&the_volume.lock);
    if (page == NULL) break;
    put64(page->bytes + AT_HINT, (ULONG64)(ULONG_PTR)page);
    put64(page->bytes + AT_ADDRESS, (ULONG64)(ULONG_PTR)(page->bytes + page->request_size));
    LONG size = StandInAsk(&the_volume, page->bytes, page->request_size, response);
    memcpy(&status, response + AT_STATUS, 4);
    free(page);
    if (size <= 0 || status != 0) return FALSE;
  }
  begin_request(request, sizeof request, KIND_FLUSH);
  if (StandInAsk(&the_volume, request, sizeof request, response) <= 0) return FALSE;
  memcpy(&status, response + AT_STATUS, 4);
  return status == 0;
}

#ifdef _WIN32
typedef BOOL WINAPI flush_file(HANDLE);
typedef HANDLE WINAPI create_file(const WCHAR *, DWORD, DWORD, void *, DWORD, DWORD, HANDLE);
typedef BOOL WINAPI control_device(HANDLE, DWORD, void *, DWORD, void *, DWORD, DWORD *, void *);
static create_file *real_create;
static control_device *real_control;
static flush_file *real_flush;

static HANDLE WINAPI own_create(const WCHAR *path, DWORD access, DWORD share, void *security, DWORD how, DWORD flags, HANDLE as) {
  if (is_root(path)) return (HANDLE)(ULONG_PTR)open_root();
  return real_create(path, access, share, security, how, flags, as);
}

static BOOL WINAPI own_control(HANDLE handle, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *length, void *overlapped) {
  if (is_open_root((ULONG64)(ULONG_PTR)handle)) return control_root(code);
  return real_control(handle, code, in, in_size, out, out_size, length, overlapped);
}

static BOOL WINAPI own_flush(HANDLE handle) {
  return is_open_root((ULONG64)(ULONG_PTR)handle) ? flush_root() : real_flush(handle);
}

/* Who asks the library for this function by its name from now on gets another one. Returns the one there was. */
static void *replace_export(BYTE *base, const char *name, void *function) {
  static BYTE *stubs;
  void *real = GetProcAddress((HMODULE)base, name);
  IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
  IMAGE_EXPORT_DIRECTORY *exports = (IMAGE_EXPORT_DIRECTORY *)(base + headers->OptionalHeader.DataDirectory[0].VirtualAddress);
  DWORD *names = (DWORD *)(base + exports->AddressOfNames), *functions = (DWORD *)(base + exports->AddressOfFunctions);
  WORD *ordinals = (WORD *)(base + exports->AddressOfNameOrdinals);
  /* The table has 32 bits for an address above the library's. */
  for (ULONG64 above = 1 << 20; stubs == NULL && above < 0xf0000000u; above += 1 << 20)
    stubs = VirtualAlloc(base + above, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
  for (DWORD i = 0; stubs != NULL && i < exports->NumberOfNames; i++) {
    if (strcmp((char *)base + names[i], name) != 0) continue;
    static const BYTE jump[] = { 0xff, 0x25, 0, 0, 0, 0 };
    DWORD before, *place = &functions[ordinals[i]];
    memcpy(stubs, jump, sizeof jump);
    memcpy(stubs + sizeof jump, &function, sizeof function);
    VirtualProtect(place, sizeof *place, PAGE_READWRITE, &before);
    *place = (DWORD)(stubs - base);
    VirtualProtect(place, sizeof *place, before, &before);
    stubs += 16;
  }
  return real;
}

static void hear_knocks(void) {
  BYTE *kernel = (BYTE *)GetModuleHandleW(L"kernel32.dll");
  if (real_create != NULL) return;
  real_create = (create_file *)replace_export(kernel, "CreateFileW", own_create);
  real_control = (control_device *)replace_export(kernel, "DeviceIoControl", own_control);
  real_flush = (flush_file *)replace_export(kernel, "FlushFileBuffers", own_flush);
}

#else
static void hear_knocks(void) {}

EXPORT ULONG64 CreateFileW(const WCHAR *path, ULONG access, ULONG share, void *security, ULONG how, ULONG flags, ULONG64 as) {
  (void)access, (void)share, (void)security, (void)how, (void)flags, (void)as;
  return is_root(path) ? open_root() : ~0ull;
}

EXPORT int FlushFileBuffers(ULONG64 handle) { return is_open_root(handle) && flush_root(); }

EXPORT int DeviceIoControl(ULONG64 handle, ULONG code, void *in, ULONG in_size, void *out, ULONG out_size, ULONG *length, void *overlapped) {
  (void)in, (void)in_size, (void)out, (void)out_size, (void)length, (void)overlapped;
  return is_open_root(handle) && control_root(code);
}
#endif
