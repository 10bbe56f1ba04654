import packageJson from "../package.json" with { type: "json" };

/** A build puts the commit here that it was made from; the source does not know. */
declare const CLOCKD_COMMIT: string | undefined;

/** clockd's version, from package.json. */
export const VERSION: string = packageJson.version;

/** `clockd 1.2.3 (commit 0123456789ab, node v26.10.0)` */
export function versionLine(node: string): string {
  const commit = typeof CLOCKD_COMMIT === "undefined" ? "" : `commit ${CLOCKD_COMMIT}, `;
  return `clockd ${VERSION} (${commit}node ${node})`;
}
