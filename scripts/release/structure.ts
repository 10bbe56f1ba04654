import type { Target } from "../build/targets.ts";

/** Followed by the digit 1 in a Node that has a program inside. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:";
const BLOB = "NODE_SEA_BLOB";

/** What is wrong with an executable that cannot be run here, as far as its bytes tell. */
export function faultsOf(file: Buffer, target: Target): string[] {
  const faults = target.platform === "win32" ? windowsFaults(file) : machoFaults(file, target);
  const fuse = file.indexOf(FUSE);
  const isSet = fuse >= 0 && file[fuse + FUSE.length] === 0x31;
  return isSet ? faults : [...faults, "the fuse that says that a program is inside is not set"];
}

const PE_OFFSET_AT = 0x3c;
const PE_SIGNATURE = "PE\0\0";
const PE_X64 = 0x8664;

function windowsFaults(file: Buffer): string[] {
  if (file.toString("latin1", 0, 2) !== "MZ") return ["it does not begin as a program for Windows"];
  const header = file.readUInt32LE(PE_OFFSET_AT);
  const faults: string[] = [];
  if (file.toString("latin1", header, header + 4) !== PE_SIGNATURE) faults.push("no PE header");
  if (file.readUInt16LE(header + 4) !== PE_X64) faults.push("not for x64");
  // Names of resources are in UTF-16.
  if (!file.includes(Buffer.from(BLOB, "utf16le"))) faults.push(`no resource ${BLOB}`);
  return faults;
}

const MACHO_64 = 0xfeedfacf;
const CPU = { x64: 0x01000007, arm64: 0x0100000c } as const;
const HEADER_SIZE = 32;
const SEGMENT = 0x19;
const SIGNATURE = 0x1d;

function machoFaults(file: Buffer, { arch }: Target): string[] {
  if (file.readUInt32LE(0) !== MACHO_64) return ["it does not begin as a program for macOS"];
  const faults: string[] = [];
  if (file.readUInt32LE(4) !== CPU[arch as "x64" | "arm64"]) faults.push(`not for ${arch}`);
  const commands = loadCommands(file);
  const segment = commands.find(
    ({ kind, at }) => kind === SEGMENT && nameAt(file, at + 8) === "NODE_SEA",
  );
  if (!segment) return [...faults, "no segment NODE_SEA"];
  const [offset, size] = [
    file.readBigUInt64LE(segment.at + 40),
    file.readBigUInt64LE(segment.at + 48),
  ];
  if (offset + size > file.length) faults.push("the segment NODE_SEA ends behind the file");
  return faults;
}

/** Whether macOS finds a signature at all, as its ARM machines ask for. */
export function isSigned(file: Buffer): boolean {
  return loadCommands(file).some(({ kind }) => kind === SIGNATURE);
}

function loadCommands(file: Buffer): { kind: number; at: number }[] {
  const commands: { kind: number; at: number }[] = [];
  let at = HEADER_SIZE;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    commands.push({ kind: file.readUInt32LE(at), at });
    at += file.readUInt32LE(at + 4);
  }
  return commands;
}

/** Sixteen bytes, filled up with zeros. */
function nameAt(file: Buffer, at: number): string {
  return file.toString("latin1", at, at + 16).replace(/\0+$/, "");
}
