import { type Check, rootCheck } from "../check.ts";
import type { Identity, Lab } from "../lab.ts";
import {
  AT_REMOVEDIR,
  close,
  fchmodat,
  fchownat,
  linkat,
  mkdirat,
  mknodat,
  O_CREAT,
  O_RDWR,
  O_TMPFILE,
  RENAME_EXCHANGE,
  renameat,
  S_IFIFO,
  symlinkat,
  unlinkat,
} from "../system_calls.ts";

const OWNER: Identity = { uid: 65501, gid: 65511 };
const OTHER: Identity = { uid: 65503, gid: 65513 };
const THIRD: Identity = { uid: 65504, gid: 65514 };
const USERS = { owner: OWNER, other: OTHER, third: THIRD };

function sticky(lab: Lab, name: string): void {
  mkdirat(lab.at, name);
  fchownat(lab.at, name, OWNER.uid, OWNER.gid);
  fchmodat(lab.at, name, 0o1777);
}

export const checks: Check[] = [
  rootCheck("in a sticky directory one removes one's own only", (lab) => {
    sticky(lab, "d");
    for (const [who, identity] of Object.entries(USERS)) {
      lab.as(OTHER, () => lab.file(`d/${who}`, "", 0o666));
      lab.as(OTHER, () => mkdirat(lab.at, `d/dir-${who}`, 0o777));
      lab.as(identity, () => {
        lab.see(`${who} renames`, renameat(lab.at, `d/${who}`, `d/${who}-renamed`));
        lab.see(`${who} unlinks`, unlinkat(lab.at, `d/${who}`));
        lab.see(`${who} removes`, unlinkat(lab.at, `d/dir-${who}`, AT_REMOVEDIR));
      });
    }
    lab.see("left", lab.list("d").join(" "));
  }),

  rootCheck("in a sticky directory one replaces one's own only", (lab) => {
    for (const [who, identity] of Object.entries(USERS)) {
      sticky(lab, who);
      lab.as(OTHER, () => lab.file(`${who}/victim`, "victim", 0o666));
      lab.as(identity, () => {
        lab.file(`${who}/mine`, "mine");
        lab.see(`${who} over`, renameat(lab.at, `${who}/mine`, `${who}/victim`));
      });
      lab.seeContent(who, `${who}/victim`);
    }
  }),

  rootCheck("in a sticky directory one exchanges one's own only", (lab) => {
    for (const [who, identity] of Object.entries(USERS)) {
      sticky(lab, who);
      lab.as(OTHER, () => lab.file(`${who}/victim`, "victim", 0o666));
      lab.as(identity, () => {
        lab.file(`${who}/mine`, "mine");
        const result = renameat(lab.at, `${who}/mine`, `${who}/victim`, RENAME_EXCHANGE);
        lab.see(`${who} exchanges`, result);
      });
    }
  }),

  rootCheck("moving out of a sticky directory is removing from it", (lab) => {
    mkdirat(lab.at, "open");
    fchmodat(lab.at, "open", 0o777);
    for (const [who, identity] of Object.entries(USERS)) {
      sticky(lab, who);
      lab.as(OTHER, () => lab.file(`${who}/f`, "", 0o666));
      lab.as(identity, () => lab.see(who, renameat(lab.at, `${who}/f`, `open/${who}`)));
    }
  }),

  rootCheck("a set-group-ID directory hands its group down", (lab) => {
    mkdirat(lab.at, "d");
    fchownat(lab.at, "d", 0, OWNER.gid);
    fchmodat(lab.at, "d", 0o2777);
    lab.as(OTHER, () => {
      lab.file("d/f");
      mkdirat(lab.at, "d/sub");
      mknodat(lab.at, "d/fifo", S_IFIFO | 0o600);
      symlinkat("f", lab.at, "d/link");
      mkdirat(lab.at, "d/sub/sub");
      linkat(lab.at, "d/f", lab.at, "d/second");
    });
    for (const name of ["d/f", "d/sub", "d/fifo", "d/link", "d/sub/sub", "d/second"]) {
      lab.seeStat(name, name);
    }
  }),

  rootCheck("set-group-ID files are not made by those outside the group", (lab) => {
    mkdirat(lab.at, "d");
    fchownat(lab.at, "d", 0, OWNER.gid);
    fchmodat(lab.at, "d", 0o2777);
    for (const [who, identity] of Object.entries({ ...USERS, root: { uid: 0, gid: 0 } })) {
      lab.as(identity, () => {
        for (const mode of [0o2777, 0o2755, 0o2745, 0o2666, 0o6777]) {
          const name = `d/${who}-${mode.toString(8)}`;
          close(lab.open(name, O_CREAT | O_RDWR, mode));
          lab.seeStat(name, name);
          const made = `d/${who}-node-${mode.toString(8)}`;
          mknodat(lab.at, made, S_IFIFO | mode);
          lab.seeStat(made, made);
        }
        mkdirat(lab.at, `d/dir-${who}`, 0o2777);
        lab.seeStat(`dir-${who}`, `d/dir-${who}`);
      });
    }
  }),

  rootCheck("a nameless file in a set-group-ID directory", (lab) => {
    mkdirat(lab.at, "d");
    fchownat(lab.at, "d", 0, OWNER.gid);
    fchmodat(lab.at, "d", 0o2777);
    lab.as(OTHER, () => {
      const fd = lab.open("d", O_TMPFILE | O_RDWR, 0o2775);
      linkat(-100, `/proc/self/fd/${fd}`, lab.at, "d/f", 0x400);
    });
    lab.seeStat("linked", "d/f");
  }),

  rootCheck("chmod clears set-group-ID for those outside the group", (lab) => {
    for (const [who, identity] of Object.entries({ ...USERS, root: { uid: 0, gid: 0 } })) {
      lab.file(who);
      fchownat(lab.at, who, identity.uid, OWNER.gid);
      lab.as(identity, () => lab.see(who, fchmodat(lab.at, who, 0o2775)));
      lab.seeStat(who, who);
      mkdirat(lab.at, `dir-${who}`);
      fchownat(lab.at, `dir-${who}`, identity.uid, OWNER.gid);
      lab.as(identity, () => fchmodat(lab.at, `dir-${who}`, 0o2775));
      lab.seeStat(`dir-${who}`, `dir-${who}`);
    }
  }),

  rootCheck("files of others are linked only by those who may write them", (lab) => {
    fchmodat(lab.at, ".", 0o777);
    lab.file("f", "", 0o600);
    fchownat(lab.at, "f", OWNER.uid, OWNER.gid);
    for (const [who, identity] of Object.entries(USERS)) {
      lab.as(identity, () => lab.see(who, linkat(lab.at, "f", lab.at, `link-${who}`)));
    }
  }),
];
