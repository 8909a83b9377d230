/**
 * Programs of every kind that work in a directory, with what they need there: what telemetry tells of them is compared with
 * strace(1). Nothing is fetched from anywhere.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PYTHON } from "../python.ts";

export interface Program {
  readonly name: string;
  /** Programs that have to be there. */
  readonly needs: readonly string[];
  /** A script of bash that is run in the directory before; it is not looked at. */
  readonly prepare: string;
  /** What is looked at. */
  readonly script: string;
  /** It is linked statically, or knows no C library. */
  readonly isStatic?: boolean;
  /** A file in the directory where the program says what it did that no call shows, and the program's name. */
  readonly says?: readonly [file: string, program: string];
}

/** Longest time that preparing one may take, ms: a compiler runs from nothing, on a machine that others use. */
export const PREPARE_MS = 600_000;

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const GIT = `
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git init -q -b main r; cd r
for i in 1 2 3 4 5; do echo $i >f$i; mkdir -p d$i/e; echo $i >d$i/e/g; done
git add .; git commit -qm one; echo 2 >>f1; git commit -qam two
git checkout -q -b topic HEAD~1; echo t >t; git rm -q f5; git add t; git commit -qm three
git rebase -q main; git checkout -q main; git merge -q --ff-only topic; git tag v1
git stash -q 2>/dev/null || true; echo x >f2; git stash -q; git stash pop -q; git checkout -q -- f2
git clone -q . ../clone; cd ../clone; echo c >c; git add c; git commit -qm c; git push -q origin main:other
cd ../r; git branch -m other renamed; git gc -q --prune=now; git worktree add -q ../tree renamed; git mv f1 moved
git commit -qm moved; git reset -q --hard HEAD~1; git clean -qfdx; rm -rf ../tree
`;

const PYTHON_SCRIPT = `
import mmap, os, shutil, sqlite3, tempfile, threading
for mode in "w", "a", "r+", "w+", "x":
    name = "new" if mode == "x" else "modes"
    with open(name, mode) as f: f.write(mode * 1000)
with open("big", "wb", buffering=0) as f:
    for i in range(300): f.write(bytes([i % 256]) * 1777)
with open("big", "r+b") as f:
    f.truncate(100_000); m = mmap.mmap(f.fileno(), 0); m[0:4] = b"mmap"; m[90_000:90_004] = b"mmap"; m.flush(); m.close()
    os.pwrite(f.fileno(), b"p", 99_999); os.pwritev(f.fileno(), [b"a", b"bc"], 7); os.posix_fallocate(f.fileno(), 0, 200_000)
os.replace("modes", "replaced"); os.rename("new", "renamed")
shutil.copyfile("big", "copied"); shutil.copy2("big", "copied2"); os.makedirs("tree/a/b")
for i in range(20): open(f"tree/a/b/{i}", "w").write(str(i))
shutil.copytree("tree", "tree2"); shutil.move("tree", "moved"); shutil.rmtree("tree2")
with tempfile.NamedTemporaryFile(dir=".") as f: f.write(b"t"); f.flush()
with tempfile.TemporaryFile(dir=".") as f: f.write(b"t" * 10)
os.link("big", "hard"); os.symlink("big", "soft"); open("soft", "a").write("s"); os.chmod("soft", 0o600); os.utime("hard", (1, 1))
os.setxattr("big", "user.x", b"1"); os.removexattr("big", "user.x"); os.chown("renamed", os.getuid(), os.getgid())
os.mkfifo("fifo"); os.truncate("renamed", 3); os.unlink("hard"); open("big", "a").write("after")
fd = os.open("moved", os.O_RDONLY); os.mkdir("sub", dir_fd=fd); os.rename("a", "c", src_dir_fd=fd, dst_dir_fd=fd); os.rmdir("sub", dir_fd=fd)
os.chdir("moved/c"); os.close(os.open("here", os.O_CREAT | os.O_EXCL | os.O_RDWR)); os.chdir("../..")
kept = open("kept", "w"); os.unlink("kept"); kept.write("gone"); kept.flush(); os.fchmod(kept.fileno(), 0o600); kept.close()
os.close(os.open("replaced", os.O_RDONLY | os.O_TRUNC))
for journal in "delete", "wal":
    db = sqlite3.connect(f"{journal}.sqlite"); db.execute(f"pragma journal_mode={journal}")
    db.execute("create table t (a, b)"); db.executemany("insert into t values (?, ?)", [(i, "x" * 100) for i in range(500)])
    db.commit(); db.execute("delete from t where a % 3 = 0"); db.commit(); db.execute("vacuum"); db.close()
def thread(n):
    for i in range(20): open(f"thread-{n}", "a").write(str(i)); os.replace(f"thread-{n}", f"thread-{n}.new"); os.rename(f"thread-{n}.new", f"thread-{n}")
threads = [threading.Thread(target=thread, args=(n,)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
if os.fork() == 0: open("child", "w").write("c"); os._exit(0)
os.wait()
`;

const BASH = `
echo one >a; echo two >>a; cat <a >b; : >a; echo x >|b; echo more 1<>a; cat <<'T' >here
text
T
exec 3>three; echo 3 >&3; exec 3>&-; { echo l; echo m; } >group; (echo sub >sub) & wait
for i in 1 2 3 4 5 6 7 8; do echo $i; done | tee t1 t2 >t3; printf '%s\\n' {1..2000} | sort -R | sort -n >sorted
mkdir -p p/q/r; cd p; echo in >q/in; cd q; mv in r/out; cd ../..; cp -a p p2; rm -r p; ln -s p2/q/r/out link; echo more >link
ln p2/q/r/out twin; echo twin >twin; chmod 640 twin; touch twin new; truncate -s 100 new; dd if=/dev/zero of=dd bs=4096 count=64 conv=notrunc 2>/dev/null
echo "quoted name" >'a b'; mv 'a b' $'bytes-\\xe2\\x82\\xac'; install -m 755 sorted installed; sed -i s/1/one/ sorted; mkfifo f; rm f
(set -C; echo no >b) 2>/dev/null || true; mv -T p2 p3; rmdir p3/q/r 2>/dev/null || true; tar cf t.tar p3; tar xf t.tar; rm -rf p3
cat a a >>a2 & cat b b >>b2 & wait; coproc cat >co; echo to >&"\${COPROC[1]}"; exec {COPROC[1]}>&-; wait
`;

/** The base, and what is longer. */
export const PROGRAMS: readonly Program[] = [
  { name: "git", needs: ["git"], prepare: "", script: GIT },
  {
    name: "npm",
    needs: ["npm"],
    prepare: `mkdir -p app local pack/package
echo '{"name":"app","version":"1.0.0","dependencies":{"local":"file:../local","packed":"file:../packed.tgz"}}' >app/package.json
echo '{"name":"local","version":"1.0.0","bin":{"local":"run.js"}}' >local/package.json
printf '#!/usr/bin/env node\\nconsole.log(1)\\n' >local/run.js
echo '{"name":"packed","version":"1.0.0","scripts":{"install":"node make.js"}}' >pack/package/package.json
echo 'require("fs").writeFileSync("made.txt", "made")' >pack/package/make.js
for i in $(seq 40); do echo "exports.x = $i" >pack/package/f$i.js; done
tar czf packed.tgz -C pack package; rm -r pack`,
    script: `cd app; export npm_config_cache=$TMPDIR/cache
npm install --offline --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
npm uninstall --offline --no-audit --no-fund --no-update-notifier packed >/dev/null`,
  },
  {
    name: "make",
    needs: ["make", "gcc", "ar"],
    prepare: `for i in 1 2 3 4; do echo "int f$i(void) { return $i; }" >f$i.c; done
echo 'int f1(void); int main(void) { return f1() - 1; }' >main.c
cat >Makefile <<'M'
all: main ; ./main
lib.a: f1.o f2.o f3.o f4.o ; ar rcs $@ $^
main: main.o lib.a ; gcc -o $@ $^
clean: ; rm -f *.o *.a main
M`,
    script: "make -s -j2; touch f1.c; make -s -j2; strip main; make -s clean",
  },
  {
    name: "cargo",
    needs: ["cargo"],
    prepare:
      `mkdir -p crate/src; printf '[package]\\nname = "crate"\\nversion = "0.1.0"\\nedition = "2021"\\n' >crate/Cargo.toml
echo 'fn main() { println!("{}", 1 + 1); }' >crate/src/main.rs`,
    script:
      "cd crate; cargo build -q --offline; touch src/main.rs; cargo build -q --offline; cargo clean -q",
  },
  {
    name: "python",
    needs: ["python3"],
    prepare: "",
    script: `exec ${PYTHON} -B - <<'P'${PYTHON_SCRIPT}P`,
  },
  {
    name: "raw calls",
    needs: ["gcc"],
    prepare: `gcc -static -O1 -o raw '${beside("raw_calls.c")}'`,
    script: "./raw",
    isStatic: true,
  },
  {
    name: "go",
    needs: ["go"],
    prepare: `work=$(mktemp -d); cp '${beside("work.go.txt")}' $work/work.go
GO111MODULE=off GOCACHE=$work/cache CGO_ENABLED=0 go build -o $PWD/work $work/work.go; rm -rf $work`,
    script: "./work",
    isStatic: true,
  },
  {
    name: "io_uring",
    needs: ["gcc"],
    prepare: `gcc -O1 -o uring '${beside("io_uring.c")}'`,
    script: "./uring >$TMPDIR/said; cat $TMPDIR/said >said",
    says: ["said", "uring"],
  },
  { name: "bash", needs: ["dd", "sed"], prepare: "", script: BASH },
];
