import { type Check, check, rootCheck } from "../check.ts";
import type { Identity, Lab } from "../lab.ts";
import {
  AT_REMOVEDIR,
  faccessat,
  fchmodat,
  fchownat,
  fsync,
  linkat,
  mkdirat,
  mknodat,
  O_CREAT,
  O_NOATIME,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  readlinkat,
  renameat,
  S_IFCHR,
  S_IFIFO,
  setxattr,
  symlinkat,
  truncate,
  unlinkat,
  UTIME_NOW,
  UTIME_OMIT,
  utimensat,
  W_OK,
  X_OK,
} from "../system_calls.ts";

/** Somebody, a member of their group, and somebody else. */
const OWNER: Identity = { uid: 65501, gid: 65511 };
const MEMBER: Identity = { uid: 65502, gid: 65511 };
const OTHER: Identity = { uid: 65503, gid: 65513 };
const EVERYBODY = { owner: OWNER, member: MEMBER, other: OTHER, root: { uid: 0, gid: 0 } };

function own(lab: Lab, name: string, identity: Identity, mode: number): void {
  fchownat(lab.at, name, identity.uid, identity.gid);
  fchmodat(lab.at, name, mode);
}

/** Runs what is in `actions` as each of them. */
function everybody(lab: Lab, action: (who: string) => void): void {
  for (const [who, identity] of Object.entries(EVERYBODY)) {
    lab.as(identity, () => action(who));
  }
}

const MODES = [0o000, 0o100, 0o200, 0o400, 0o500, 0o700, 0o070, 0o050, 0o007, 0o005, 0o707, 0o077];

const ofFiles = MODES.map((mode) =>
  rootCheck(`a file of mode ${mode.toString(8).padStart(3, "0")}, for everybody`, (lab) => {
    lab.file("f", "text");
    own(lab, "f", OWNER, mode);
    everybody(lab, (who) => {
      lab.seeOpen(`${who} reads`, "f", O_RDONLY);
      lab.seeOpen(`${who} writes`, "f", O_WRONLY);
      lab.seeOpen(`${who} both`, "f", O_RDWR);
      lab.see(`${who} truncates`, truncate(lab.link("f"), 4));
      for (const [name, bit] of [["r", R_OK], ["w", W_OK], ["x", X_OK]] as const) {
        lab.see(`${who} access ${name}`, faccessat(lab.at, "f", bit));
      }
      lab.see(`${who} sets an attribute`, setxattr(lab.link("f"), "user.a", new Uint8Array(1)));
      lab.see(`${who} touches`, utimensat(lab.at, "f", null));
      lab.see(`${who} sets times`, utimensat(lab.at, "f", [[1, 0], [1, 0]]));
      lab.see(`${who} sets now and now`, utimensat(lab.at, "f", [UTIME_NOW, UTIME_NOW]));
      lab.see(`${who} sets only one now`, utimensat(lab.at, "f", [UTIME_NOW, UTIME_OMIT]));
    });
  })
);

const ofDirectories = MODES.map((mode) =>
  rootCheck(`a directory of mode ${mode.toString(8).padStart(3, "0")}, for everybody`, (lab) => {
    mkdirat(lab.at, "d");
    lab.file("d/f", "text");
    lab.file("d/gone");
    mkdirat(lab.at, "d/sub");
    symlinkat("f", lab.at, "d/l");
    own(lab, "d", OWNER, mode);
    everybody(lab, (who) => {
      lab.see(`${who} lists`, lab.list("d").join(" "));
      lab.seeStat(`${who} looks at`, "d/f");
      lab.see(`${who} looks for`, faccessat(lab.at, "d/none", R_OK));
      lab.see(`${who} reads a link`, readlinkat(lab.at, "d/l"));
      lab.seeOpen(`${who} creates`, `d/${who}`, O_CREAT | O_RDWR);
      lab.see(`${who} makes a directory`, mkdirat(lab.at, `d/dir-${who}`));
      lab.see(`${who} makes a fifo`, mknodat(lab.at, `d/fifo-${who}`, S_IFIFO | 0o600));
      lab.see(`${who} makes a symlink`, symlinkat("x", lab.at, `d/l-${who}`));
      lab.see(`${who} renames`, renameat(lab.at, `d/${who}`, `d/${who}2`));
      lab.see(`${who} links`, linkat(lab.at, `d/${who}2`, lab.at, `d/${who}3`));
      lab.see(`${who} unlinks`, unlinkat(lab.at, "d/gone"));
      lab.see(`${who} removes`, unlinkat(lab.at, `d/dir-${who}`, AT_REMOVEDIR));
      lab.see(`${who} reaches below`, mkdirat(lab.at, `d/sub/${who}`));
    });
    lab.see("left", lab.list("d").join(" "));
  })
);

export const checks: Check[] = [
  ...ofFiles,
  ...ofDirectories,

  rootCheck("only root makes devices, and they keep their numbers", (lab) => {
    fchmodat(lab.at, ".", 0o777);
    everybody(lab, (who) => lab.see(who, mknodat(lab.at, who, S_IFCHR | 0o600, 0x1305)));
    lab.see("numbers", lab.stat("root").rdev);
    lab.seeStat("root", "root");
  }),

  rootCheck("O_NOATIME is for the owner", (lab) => {
    lab.file("f", "", 0o666);
    own(lab, "f", OWNER, 0o666);
    everybody(lab, (who) => lab.seeOpen(who, "f", O_RDONLY | O_NOATIME));
  }),

  rootCheck("permissions are asked at open, not at each call", (lab) => {
    lab.file("f", "text");
    own(lab, "f", OWNER, 0o600);
    const fd = lab.as(OWNER, () => lab.open("f", O_RDWR));
    own(lab, "f", { uid: 0, gid: 0 }, 0);
    lab.as(OWNER, () => {
      lab.see("fsync", fsync(fd));
      lab.seeOpen("open again", "f", O_RDONLY);
      lab.see("truncate by path", truncate(lab.link("f"), 0));
    });
    lab.seeContent("content", "f");
  }),

  rootCheck("O_TRUNC needs write permission and truncates nothing without it", (lab) => {
    lab.file("f", "text");
    own(lab, "f", OWNER, 0o444);
    lab.as(OTHER, () => lab.seeOpen("read and truncate", "f", O_RDONLY | O_TRUNC));
    lab.seeContent("content", "f");
  }),

  rootCheck("a change of mode or owner is seen at once by everybody", (lab) => {
    mkdirat(lab.at, "d");
    lab.file("d/f", "text");
    const look = (what: string) =>
      lab.as(OTHER, () => {
        lab.see(`${what}: list`, lab.list("d").join());
        lab.seeContent(`${what}: read`, "d/f");
      });
    look("at first");
    fchmodat(lab.at, "d", 0o700);
    look("directory closed");
    fchmodat(lab.at, "d", 0o711);
    look("directory searchable");
    fchmodat(lab.at, "d/f", 0o600);
    look("file closed");
    fchownat(lab.at, "d/f", OTHER.uid, OTHER.gid);
    look("file given away");
  }),

  check("the owner can do without permission bits what owners can", (lab) => {
    lab.file("f", "text", 0);
    lab.seeOpen("read", "f", O_RDONLY);
    lab.see("chmod", fchmodat(lab.at, "f", 0o600));
    lab.seeOpen("read", "f", O_RDONLY);
    lab.see("give away", fchownat(lab.at, "f", 1, -1));
    lab.see("own group", fchownat(lab.at, "f", -1, lab.self.gid));
    lab.seeStat("after", "f");
  }),
];
