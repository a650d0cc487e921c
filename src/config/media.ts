import path from "node:path";
import type { ConfigProblem } from "./config-error.ts";
import type { EnvValues } from "./env.ts";
import { hideSecrets } from "./freeze.ts";

/** How files of messages are fetched, and where they are kept. */
export interface MediaConfig {
  readonly accessToken: string;
  readonly graphUrl: string;
  readonly maxBytes: number;
  /** Of the files; with a bucket of those that are on their way there. */
  readonly dir: string;
  readonly publicUrl?: string;
  readonly bucket?: BucketConfig;
}

interface BucketConfig {
  readonly endpoint?: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** undefined without META_ACCESS_TOKEN: no file is fetched. */
export function toMedia(values: EnvValues, dataDir: string, cwd: string): MediaConfig | undefined {
  const { META_ACCESS_TOKEN: accessToken, MEDIA_DIR: dir, MEDIA_PUBLIC_URL: publicUrl } = values;
  if (accessToken === undefined) return undefined;
  const bucket = toBucket(values);
  const media: MediaConfig = {
    accessToken,
    graphUrl: values.META_GRAPH_URL,
    maxBytes: values.MEDIA_MAX_BYTES,
    dir: dir === undefined ? path.join(dataDir, "media") : path.resolve(cwd, dir),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(bucket !== undefined && { bucket }),
  };
  return hideSecrets(media, ["accessToken"]);
}

function toBucket(values: EnvValues): BucketConfig | undefined {
  const { MEDIA_S3_BUCKET: bucket, MEDIA_S3_ENDPOINT: endpoint } = values;
  const { MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } =
    values;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    return undefined;
  }
  const region = values.MEDIA_S3_REGION;
  const made = { bucket, region, accessKeyId, secretAccessKey };
  return hideSecrets({ ...made, ...(endpoint !== undefined && { endpoint }) }, [
    "accessKeyId",
    "secretAccessKey",
  ]);
}

/** What no single key's schema can tell. */
export function checkMedia(values: EnvValues): ConfigProblem[] {
  const bucket = [
    "MEDIA_S3_BUCKET",
    "MEDIA_S3_ACCESS_KEY_ID",
    "MEDIA_S3_SECRET_ACCESS_KEY",
  ] as const;
  const asked = [...bucket, "MEDIA_S3_ENDPOINT"] as const;
  if (asked.every((key) => values[key] === undefined)) return [];
  return bucket
    .filter((key) => values[key] === undefined)
    .map((where) => ({
      where,
      problem: "is missing, other keys of the bucket are set",
      remedy: "Set the bucket and both of its keys, or none of MEDIA_S3_*",
    }));
}
