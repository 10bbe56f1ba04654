import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** A file of the package. */
export interface PackagedFile {
  /** Where it will be, without the first slash. */
  path: string;
  mode: number;
  /** Its content, or the file that has it. */
  from: string | Buffer | { file: string };
}

export interface DebianPackage {
  arch: "amd64" | "arm64";
  /** With the revision. */
  version: string;
  files: readonly PackagedFile[];
  /** Files of the package's own folder: maintainer scripts. */
  scripts: readonly PackagedFile[];
  /** As dpkg-deb calls it. */
  compression: string;
  /** Seconds since 1970: no file is younger. */
  epoch: number;
  /** An empty folder to work in; removed at the end. */
  folder: string;
  outfile: string;
}

const MAINTAINER = "clockd maintainers <maintainers@clockd.example.org>";

/** Makes a .deb that is the same, byte for byte, for the same files and epoch. */
export function buildDebianPackage(options: DebianPackage): void {
  const { folder, files, scripts, compression, epoch, outfile } = options;
  rmSync(folder, { recursive: true, force: true });
  const sums: string[] = [];
  let kilobytes = 0;
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const bytes = place(folder, file);
    kilobytes += Math.ceil(bytes.length / 1024);
    if (!isConffile(file))
      sums.push(`${createHash("md5").update(bytes).digest("hex")}  ${file.path}`);
  }
  const control = (path: string, from: string) =>
    place(folder, { path: `DEBIAN/${path}`, mode: 0o644, from });
  control("control", controlFile(options, kilobytes));
  control("md5sums", `${sums.join("\n")}\n`);
  const conffiles = files.filter(isConffile).map(({ path }) => `/${path}`);
  control("conffiles", `${conffiles.join("\n")}\n`);
  for (const script of scripts) place(folder, { ...script, path: `DEBIAN/${script.path}` });
  mkdirSync(dirname(outfile), { recursive: true });
  // One thread: how the work is divided must not show in the file.
  const how = [
    "--root-owner-group",
    `-Z${compression}`,
    ...(compression === "gzip" ? ["-z1"] : []),
    "--threads-max=1",
    "--build",
    folder,
    outfile,
  ];
  execFileSync("dpkg-deb", how, {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  rmSync(folder, { recursive: true });
}

/** As Debian wants it: compressed as far as it goes, and without a time. */
export function compressed(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

/** The changelog of the package itself. */
export function debianChangelog(version: string, epoch: number): string {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `clockd (${version}) unstable; urgency=medium

  * Made from the project's sources. What has changed: changelog.gz.

 -- ${MAINTAINER}  ${date}
`;
}

function isConffile({ path }: PackagedFile): boolean {
  return path.startsWith("etc/");
}

function place(folder: string, { path, mode, from }: PackagedFile): Buffer {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  if (typeof from === "object" && "file" in from) cpSync(from.file, target);
  else writeFileSync(target, from);
  chmodSync(target, mode);
  return readFileSync(target);
}

function controlFile({ version, arch }: DebianPackage, kilobytes: number): string {
  return `Package: clockd
Version: ${version}
Architecture: ${arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${kilobytes}
Depends: adduser, init-system-helpers (>= 1.52), libatomic1, libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 6)
Recommends: systemd
Suggests: rabbitmq-server
Section: admin
Priority: optional
Homepage: https://clockd.example.org
Description: clock process that publishes due jobs, and workers that run them
 clockd reads schedules.yml, works out when each job is due and publishes a
 message to RabbitMQ, or to an embedded broker that is one file. Workers, as
 many as the load asks for, receive the messages and run the commands. Several
 clocks stand by for each other; what was missed is caught up; every fire is
 recorded.
`;
}
