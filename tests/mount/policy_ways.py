"""
Ways around the rules of a mount: each is a function that tries, and prints its name and how it was answered.

  python3 policy_ways.py HELPER OTHER PRISTINE

The working directory is the root of a tree with PROTECTED in it, which the rules deny to change, and SECRET, which they deny
everything of. HELPER is the program of policy_ways.c; OTHER another view of the same project, or "". Before each way everything
becomes what PRISTINE is, if it is not "": where there are no rules. Says "ready" once it holds
what it opened before there are rules, and goes on when a line comes.

An answer is the name of an error, "ok", or what a way found: "unchanged", "changed", "leaked".
"""

import ctypes
import errno
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

HELPER, OTHER, PRISTINE = sys.argv[1:4]
PROTECTED = "infra/prod/main.tf"
FOLDER = "infra/prod"
SECRET = "keys/a.key"
CONTENT = b"plan\n" * 2000
MARK = b"SECRET-4711"

libc = ctypes.CDLL(None, use_errno=True)
SYS_openat2, SYS_renameat2 = 437, (316 if os.uname().machine == "x86_64" else 276)
AT_FDCWD, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW = -100, 0x1000, 0x400
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4


def checked(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def renameat2(old, new, flags):
    checked(libc.syscall(SYS_renameat2, AT_FDCWD, old.encode(), AT_FDCWD, new.encode(), flags))


def linkat(old, new, flags, fd=AT_FDCWD):
    checked(libc.linkat(fd, old.encode(), AT_FDCWD, new.encode(), flags))


def helper(*words):
    said = subprocess.run([HELPER, *words], capture_output=True, text=True)
    name = said.stdout.strip()
    if name == "ok":
        return None
    raise OSError(getattr(errno, name, 0), name)


def program(command):
    """Runs a command of a shell; what it was answered with is in what it says."""
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    if said.returncode == 0:
        return None
    if "Permission denied" in said.stderr:
        raise PermissionError(errno.EACCES, said.stderr)
    return "failed: " + said.stderr.strip()


def put(path, flags=os.O_WRONLY, data=b"x"):
    fd = os.open(path, flags, 0o644)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def with_fd(path, flags, use):
    fd = os.open(path, flags)
    try:
        return use(fd)
    finally:
        os.close(fd)


def read_all(path):
    with open(path, "rb") as file:
        return found(file.read())


def found(data):
    return "leaked" if MARK in data else "nothing"


def mapped(fd):
    """Changes a page through a mapping; the file is looked at afterwards."""
    with mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE) as memory:
        memory[0:4] = b"evil"
        try:
            memory.flush()
        except OSError:
            pass


WAYS = {}


def way(function):
    WAYS[function.__name__.replace("__", "-").replace("_", " ")] = function
    return function


def ways(**functions):
    for name, function in functions.items():
        WAYS[name.replace("_", " ")] = function


# Writing.
ways(
    write=lambda: put(PROTECTED),
    write_and_read=lambda: put(PROTECTED, os.O_RDWR),
    append=lambda: put(PROTECTED, os.O_APPEND | os.O_WRONLY),
    open_and_cut=lambda: put(PROTECTED, os.O_WRONLY | os.O_TRUNC),
    open_to_read_and_cut=lambda: os.close(os.open(PROTECTED, os.O_RDONLY | os.O_TRUNC)),
    open_or_make=lambda: put(PROTECTED, os.O_WRONLY | os.O_CREAT),
    write_directly=lambda: put(PROTECTED, os.O_WRONLY | os.O_DSYNC),
    truncate=lambda: os.truncate(PROTECTED, 0),
    lengthen=lambda: os.truncate(PROTECTED, 1 << 20),
    ftruncate=lambda: with_fd(PROTECTED, os.O_WRONLY, lambda fd: os.ftruncate(fd, 1)),
    pwritev2_behind_the_end=lambda: with_fd(
        PROTECTED, os.O_WRONLY, lambda fd: os.pwritev(fd, [b"x"], 0, getattr(os, "RWF_APPEND", 16))
    ),
    write_past_the_cache=lambda: put(PROTECTED, os.O_WRONLY | os.O_DIRECT, mmap.mmap(-1, 4096)),
    pwrite=lambda: with_fd(PROTECTED, os.O_WRONLY, lambda fd: os.pwrite(fd, b"x", 3)),
    writev=lambda: with_fd(PROTECTED, os.O_WRONLY, lambda fd: os.writev(fd, [b"x", b"y"])),
    fallocate=lambda: with_fd(PROTECTED, os.O_WRONLY, lambda fd: os.posix_fallocate(fd, 0, 1 << 16)),
    punch_hole=lambda: with_fd(
        PROTECTED, os.O_RDWR, lambda fd: checked(libc.fallocate(fd, 3, ctypes.c_long(0), ctypes.c_long(4096)))
    ),
    zero_range=lambda: with_fd(
        PROTECTED, os.O_RDWR, lambda fd: checked(libc.fallocate(fd, 16, ctypes.c_long(0), ctypes.c_long(4096)))
    ),
    copy_file_range=lambda: with_fd(
        "src/b", os.O_RDONLY, lambda a: with_fd(PROTECTED, os.O_WRONLY, lambda b: os.copy_file_range(a, b, 2))
    ),
    sendfile=lambda: with_fd(
        "src/b", os.O_RDONLY, lambda a: with_fd(PROTECTED, os.O_WRONLY, lambda b: os.sendfile(b, a, 0, 2))
    ),
    open_through_a_descriptor=lambda: with_fd(
        PROTECTED, os.O_RDONLY, lambda fd: put(f"/proc/self/fd/{fd}")
    ),
    open_through_O_PATH=lambda: with_fd(PROTECTED, os.O_PATH, lambda fd: put(f"/proc/self/fd/{fd}")),
    through_the_working_directory_in_proc=lambda: put(f"/proc/self/cwd/{PROTECTED}"),
    through_the_root_in_proc=lambda: put(f"/proc/self/root{os.getcwd()}/{PROTECTED}"),
    below_a_directory_descriptor=lambda: with_fd(
        FOLDER, os.O_RDONLY, lambda d: os.write(os.open("main.tf", os.O_WRONLY, dir_fd=d), b"x")
    ),
    by_other_names_of_the_path=lambda: put("src/../infra/./prod//main.tf"),
    through_a_symlink=lambda: put("src/link"),
    through_a_symlink_to_the_directory=lambda: put("src/folder/main.tf"),
    through_a_new_symlink=lambda: (os.symlink("../" + PROTECTED, "src/new-link"), put("src/new-link")),
    through_a_hard_link_made_before=lambda: put("src/linked"),
    through_a_hard_link_in_a_directory_nobody_looked_at=lambda: put("deep/er/linked"),
    cut_through_a_hard_link=lambda: os.truncate("src/linked", 0),
    shell_redirection=lambda: program(f"echo x >{PROTECTED}"),
    sed_in_place=lambda: program(f"sed -i s/plan/evil/ {PROTECTED}"),
    copy_over=lambda: program(f"cp src/b {PROTECTED}"),
    move_over=lambda: program(f"mv -f src/b {PROTECTED}"),
    install_over=lambda: program(f"install -m 644 src/b {PROTECTED}"),
    dd=lambda: program(f"dd if=/dev/zero of={PROTECTED} conv=notrunc count=1"),
    tar=lambda: program(f"tar cf - --transform s/b/main.tf/ -C src b | tar xf - --overwrite -C {FOLDER}"),
    io_uring_write=lambda: helper("io_uring-write", PROTECTED),
    aio_write=lambda: helper("aio-write", PROTECTED),
)


@way
def openat2():
    fd = checked(
        libc.syscall(SYS_openat2, AT_FDCWD, PROTECTED.encode(), struct.pack("QQQ", os.O_WRONLY, 0, 8), 24)
    )
    os.write(fd, b"x")


@way
def splice():
    r, w = os.pipe()
    os.write(w, b"x")
    with_fd(PROTECTED, os.O_WRONLY, lambda fd: os.splice(r, fd, 1))


@way
def from_another_working_directory():
    before = os.getcwd()
    os.chdir(FOLDER)
    try:
        put("main.tf")
    finally:
        os.chdir(before)


@way
def written_through_a_mapping():
    with_fd(PROTECTED, os.O_RDWR, mapped)
    return after_mapping()


def after_mapping():
    """What is in the kernel's memory and was refused goes soon after."""
    end = time.monotonic() + 5
    while True:
        with open(PROTECTED, "rb") as file:
            if file.read() == CONTENT:
                return "unchanged"
        if time.monotonic() > end:
            return "changed"


@way
def clone_the_blocks():
    FICLONE = 0x40049409
    import fcntl

    with_fd(
        "src/b", os.O_RDONLY, lambda a: with_fd(PROTECTED, os.O_WRONLY, lambda b: fcntl.ioctl(b, FICLONE, a))
    )


# Names.
ways(
    remove=lambda: os.unlink(PROTECTED),
    remove_by_a_hard_link_within=lambda: os.unlink(FOLDER + "/linked"),
    rename_away=lambda: os.rename(PROTECTED, "src/away"),
    rename_within=lambda: os.rename(PROTECTED, FOLDER + "/other"),
    replace_by_rename=lambda: os.rename("src/b", PROTECTED),
    rename_into=lambda: os.rename("src/b", FOLDER + "/new"),
    rename_into_unless_there=lambda: renameat2("src/b", FOLDER + "/new", NOREPLACE),
    exchange=lambda: renameat2(PROTECTED, "src/b", EXCHANGE),
    exchange_the_other_way=lambda: renameat2("src/b", PROTECTED, EXCHANGE),
    rename_and_leave_a_whiteout=lambda: renameat2(PROTECTED, "src/away", WHITEOUT),
    rename_the_directory=lambda: os.rename(FOLDER, "src/prod"),
    rename_the_directory_above=lambda: os.rename("infra", "infra2"),
    exchange_the_directory_above=lambda: renameat2("infra", "src", EXCHANGE),
    exchange_the_directory_above_the_other_way=lambda: renameat2("src", "infra", EXCHANGE),
    rename_a_directory_within=lambda: os.rename(FOLDER + "/sub", "src/sub"),
    move_a_directory_into=lambda: os.rename("src/evil", FOLDER + "/evil"),
    remove_a_directory=lambda: os.rmdir(FOLDER + "/empty"),
    make=lambda: put(FOLDER + "/new", os.O_WRONLY | os.O_CREAT),
    make_unless_there=lambda: put(FOLDER + "/new", os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    make_a_directory=lambda: os.mkdir(FOLDER + "/new"),
    make_a_pipe=lambda: os.mkfifo(FOLDER + "/new"),
    make_a_file_by_mknod=lambda: os.mknod(FOLDER + "/new", 0o100644),
    make_a_symlink=lambda: os.symlink("/etc/passwd", FOLDER + "/new"),
    make_a_socket=lambda: socket.socket(socket.AF_UNIX).bind(FOLDER + "/new"),
    link_into=lambda: os.link("src/b", FOLDER + "/new"),
    link_out=lambda: os.link(PROTECTED, "src/out"),
    link_out_through_a_symlink=lambda: linkat("src/link", "src/out", AT_SYMLINK_FOLLOW),
    link_out_by_a_descriptor=lambda: with_fd(
        PROTECTED, os.O_RDONLY, lambda fd: linkat(f"/proc/self/fd/{fd}", "src/out", AT_SYMLINK_FOLLOW)
    ),
    link_the_other_name=lambda: os.link("src/linked", "src/out"),
    remove_all=lambda: shutil.rmtree(FOLDER),
    rm__rf=lambda: program("rm -rf infra"),
    io_uring_unlink=lambda: helper("io_uring-unlink", PROTECTED),
    io_uring_rename=lambda: helper("io_uring-rename", PROTECTED, "src/away"),
    a_debugger=lambda: helper("ptrace-unlink", PROTECTED),
)


@way
def a_nameless_file_gets_its_name_within():
    with_fd(
        "src",
        os.O_TMPFILE | os.O_RDWR,
        lambda fd: linkat(f"/proc/self/fd/{fd}", FOLDER + "/new", AT_SYMLINK_FOLLOW),
    )


@way
def a_nameless_file_made_within():
    with_fd(
        FOLDER,
        os.O_TMPFILE | os.O_RDWR,
        lambda fd: linkat(f"/proc/self/fd/{fd}", FOLDER + "/new", AT_SYMLINK_FOLLOW),
    )


@way
def a_directory_made_on_the_way():
    os.makedirs("src/copy/prod")
    os.rename("src/copy", "infra/copy")
    os.rename("infra/copy/prod", "infra/prod/more")


# Attributes.
ways(
    chmod=lambda: os.chmod(PROTECTED, 0o777),
    fchmod=lambda: with_fd(PROTECTED, os.O_RDONLY, lambda fd: os.fchmod(fd, 0o777)),
    chmod_of_the_other_name=lambda: os.chmod("src/linked", 0o777),
    chown=lambda: os.chown(PROTECTED, os.getuid(), os.getgid()),
    times=lambda: os.utime(PROTECTED, (1, 1)),
    set_an_attribute=lambda: os.setxattr(PROTECTED, "user.x", b"1"),
    remove_an_attribute=lambda: os.removexattr(PROTECTED, "user.kept"),
)

def read_mapped(fd):
    return found(mmap.mmap(fd, 0, prot=mmap.PROT_READ)[:])


def in_child(attempt):
    """A page that may not be read ends who touches it."""
    r, w = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(w, attempt().encode())
        except OSError as error:
            os.write(w, errno.errorcode[error.errno].encode())
        os._exit(0)
    os.close(w)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return os.read(r, 100).decode()


# Reading.
ways(
    read=lambda: read_all(SECRET),
    read_by_mapping=lambda: in_child(lambda: with_fd(SECRET, os.O_RDONLY, read_mapped)),
    read_through_O_PATH=lambda: with_fd(SECRET, os.O_PATH, lambda fd: read_all(f"/proc/self/fd/{fd}")),
    read_by_cat=lambda: program(f"cat {SECRET}"),
    read_by_copying=lambda: program(f"cp {SECRET} src/stolen"),
    read_by_grep=lambda: program(f"grep -r SECRET {SECRET}"),
    link_and_read=lambda: (os.link(SECRET, "src/plain"), read_all("src/plain")),
    rename_and_read=lambda: (os.rename(SECRET, "src/plain"), read_all("src/plain")),
    read_through_a_symlink=lambda: (os.symlink("../" + SECRET, "src/key-link"), read_all("src/key-link")),
    read_through_a_hard_link_made_before=lambda: read_all("src/linked-key"),
    io_uring_read=lambda: helper("io_uring-read", SECRET),
    run=lambda: os.execve(SECRET, [SECRET], {}),
    run_a_tool=lambda: program("bin/tool"),
)


@way
def read_by_sendfile():
    r, w = os.pipe()
    with_fd(SECRET, os.O_RDONLY, lambda fd: os.sendfile(w, fd, 0, 100))
    return found(os.read(r, 100))


@way
def read_by_splice():
    r, w = os.pipe()
    with_fd(SECRET, os.O_RDONLY, lambda fd: os.splice(fd, w, 100))
    return found(os.read(r, 100))


@way
def read_by_copy_file_range():
    target = os.open("src/stolen", os.O_RDWR | os.O_CREAT)
    with_fd(SECRET, os.O_RDONLY, lambda fd: os.copy_file_range(fd, target, 100))
    return found(os.pread(target, 100, 0))


@way
def rename_the_directory_and_read():
    os.rename("keys", "plain")
    try:
        return read_all("plain/a.key")
    finally:
        os.rename("plain", "keys")


# By other views of the same files.
def in_namespace(script):
    flags = "-m" if os.getuid() == 0 else "-Urm"
    return program(f"mkdir -p /tmp/agentvfs-ways-$$; exec unshare {flags} sh -c '{script}'")


ways(
    write_through_a_bind_mount=lambda: in_namespace(
        f"mount --bind {FOLDER} src/evil && echo x >src/evil/main.tf"
    ),
    write_in_another_mount_namespace=lambda: in_namespace(f"echo x >{PROTECTED}"),
    write_in_another_root=lambda: in_namespace(f"mount --bind . src/evil && echo x >src/evil/{PROTECTED}"),
)

def cgroup_root():
    """Where one's own cgroup can be chosen; None: nowhere."""
    for line in open("/proc/mounts"):
        _, place, kind, *_ = line.split()
        if kind == "cgroup2" and os.access(place + "/cgroup.procs", os.W_OK):
            return place
    return None


CGROUPS = cgroup_root()

if CGROUPS is not None:

    @way
    def write_in_another_cgroup():
        place = f"{CGROUPS}/agentvfs-ways-{os.getpid()}"
        os.mkdir(place)
        try:
            return program(f"echo $$ >{place}/cgroup.procs || {{ echo stays >&2; exit 1; }}; echo x >{PROTECTED}")
        finally:
            os.rmdir(place)


if OTHER:
    ways(
        write_in_another_view=lambda: put(f"{OTHER}/{PROTECTED}"),
        read_in_another_view=lambda: read_all(f"{OTHER}/{SECRET}"),
        rename_between_views=lambda: os.rename(PROTECTED, f"{OTHER}/src/away"),
    )

# What was open before there were rules.
held = os.open(PROTECTED, os.O_RDWR)
held_secret = os.open(SECRET, os.O_RDONLY)
found(os.pread(held_secret, 100, 0))
held_folder = os.open(FOLDER, os.O_RDONLY)
held_map = mmap.mmap(held, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
os.setxattr(PROTECTED, "user.kept", b"1")


@way
def write_to_what_was_open():
    os.pwrite(held, b"x", 0)


@way
def write_in_a_directory_that_was_open():
    os.close(os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=held_folder))


@way
def read_what_was_open_and_read():
    return found(os.pread(held_secret, 100, 0))


@way
def write_through_a_mapping_from_before():
    held_map[0:4] = b"evil"
    try:
        held_map.flush()
    except OSError:
        pass
    return after_mapping()


print("ready", flush=True)
sys.stdin.readline()
for name, attempt in WAYS.items():
    if PRISTINE:
        subprocess.run(["sh", "-c", "rm -rf ./*; cp -a " + PRISTINE + "/. ."], check=True)
    try:
        result = attempt()
        answer = result if isinstance(result, str) else "ok"
    except OSError as error:
        answer = errno.errorcode.get(error.errno, str(error))
    print(f"{name}\t{answer}", flush=True)
