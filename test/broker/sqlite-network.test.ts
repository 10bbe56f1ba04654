import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isNetwork, mountOf, problemOfMount } from "../../src/broker/sqlite-network.ts";

const test = suite("The file system of the embedded broker");

const MOUNTS = `sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/ann/local xfs rw 0 0
//nas/share /mnt/our\\040share cifs rw 0 0
/dev/sdc1 /mnt/back\\134slash ext4 rw 0 0
server:/old /srv nfs rw 0 0
/dev/sdd1 /srv ext4 rw 0 0
/dev/sda1 /app/.clockd/clockd.db ext4 rw 0 0
`;
const typeOf = (path: string) => mountOf(path, MOUNTS)?.type;

test("the deepest mount is the one that counts", () => {
  assert.is(typeOf("/var/lib/clockd.db"), "ext4");
  assert.is(typeOf("/home/ann/clockd.db"), "nfs4");
  assert.is(typeOf("/home/ann/local/clockd.db"), "xfs");
});

test("a folder whose name only begins like a mount is not in it", () => {
  assert.is(typeOf("/homeless/clockd.db"), "ext4");
  assert.is(typeOf("/home/ann/locally/clockd.db"), "nfs4");
});

test("spaces and backslashes in a mount's name are read as they are", () => {
  assert.is(typeOf("/mnt/our share/clockd.db"), "cifs");
  assert.is(mountOf("/mnt/back\\slash/clockd.db", MOUNTS)?.point, "/mnt/back\\slash");
});

test("of two mounts on one place the later one is seen", () => {
  assert.is(typeOf("/srv/clockd.db"), "ext4");
});

test("nothing is refused where the system does not say what is mounted", () => {
  assert.is(problemOfMount("/a/clockd.db", mountOf("/a/clockd.db", "")), undefined);
  assert.is(mountOf("/a", "no such\nlines\n"), undefined);
});

test("a network file system is refused with its name and a way out", () => {
  const path = "/mnt/our share/clockd.db";
  const problem = problemOfMount(path, mountOf(path, MOUNTS));
  assert.is(problem?.code, "BROKER_NETWORK_FS");
  assert.match(String(problem?.message), /our share\/clockd\.db.*cifs.*local disk, or RabbitMQ/);
});

test("a file that is mounted alone into a container is refused: its side files would not be shared", () => {
  const path = "/app/.clockd/clockd.db";
  const problem = problemOfMount(path, mountOf(path, MOUNTS));
  assert.is(problem?.code, "BROKER_FILE");
  assert.match(String(problem?.message), "mount its folder");
});

test("what several machines share is refused, a disk of this one is not", () => {
  const network = ["nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "ceph", "lustre", "gfs2", "9p"];
  const remoteFuse = ["sshfs", "s3fs", "gcsfuse", "rclone", "glusterfs", "ceph", "gvfsd-fuse"];
  const unknown = ["fuse", "fuse.something", "fuse.overlay-of-a-server", "fuse.ntfs-over-http"];
  for (const type of [...network, ...remoteFuse.map((name) => `fuse.${name}`), ...unknown]) {
    assert.ok(isNetwork(type), type);
  }
  const disks = ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs", "fuseblk", "virtiofs"];
  const localFuse = ["ntfs-3g", "fuse-overlayfs", "bindfs", "mergerfs", "gocryptfs", "exfat"];
  for (const type of [...disks, ...localFuse.map((name) => `fuse.${name}`)]) {
    assert.not.ok(isNetwork(type), type);
  }
});

test.run();
