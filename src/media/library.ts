import {
  type AbsentFile,
  DeliveryError,
  type FileVault,
  type KeptFile,
  type MediaRow,
  type MediaRows,
} from "../contracts.ts";
import { linkSeconds, type PublicLinks } from "./public-links.ts";

/** The files that are kept, and why others are not. */
export interface Library {
  /** By Meta's media id; undefined: nothing is known of it, or its time is over. Throws StoreError or DeliveryError. */
  find(mediaId: string): Promise<KeptFile | AbsentFile | undefined>;
  /** `pending`: it is not there yet, or nothing is known of it. */
  look(
    mediaIds: readonly string[],
  ): Promise<(mediaId: string) => KeptFile | AbsentFile | "pending">;
}

/** `links`: where there is a public address, which goes before that of a bucket. */
export function createLibrary(parts: {
  readonly rows: Pick<MediaRows, "get">;
  readonly vault: FileVault;
  readonly links?: Pick<PublicLinks, "link">;
}): Library {
  const { rows, vault, links } = parts;
  const ofRow = async (row: MediaRow): Promise<KeptFile | AbsentFile | undefined> => {
    const { state, reason = "it cannot be had" } = row;
    if (state === "absent") return { ...identityOf(row), absent: reason };
    if (state !== "fetched") return undefined;
    const file = toKept(row, vault, links);
    if (file !== undefined && (await vault.has(file.sha256))) return file;
    return { ...identityOf(row), absent: "the file is no longer where it was kept" };
  };
  return {
    async find(mediaId) {
      const [row] = await rows.get([mediaId]);
      if (row === undefined) return undefined;
      return (await ofRow(row)) ?? { ...identityOf(row), absent: "the file is being fetched" };
    },
    async look(mediaIds) {
      const found = await rows.get([...new Set(mediaIds)]);
      const files = new Map(
        await Promise.all(found.map(async (row) => [row.mediaId, await ofRow(row)] as const)),
      );
      return (mediaId) => files.get(mediaId) ?? "pending";
    },
  };
}

function identityOf({ mediaId, name, account }: MediaRow) {
  return { mediaId, name, ...(account !== undefined && { account }) };
}

function toKept(
  row: MediaRow,
  vault: FileVault,
  links: Pick<PublicLinks, "link"> | undefined,
): KeptFile | undefined {
  const { mediaId, name, type, bytes, sha256 } = row;
  if (type === undefined || bytes === undefined || sha256 === undefined) return undefined;
  return {
    ...{ ...identityOf(row), type, bytes, sha256 },
    async open() {
      const stream = await vault.open(sha256);
      if (stream !== undefined) return stream;
      throw new DeliveryError("outage", "the file is no longer where it was kept");
    },
    link: async () => links?.link(mediaId) ?? vault.link?.({ sha256, name, type }, linkSeconds),
  };
}
