import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { AwsV4Signer } from "aws4fetch";
import { Agent, type Dispatcher, request } from "undici";
import { DeliveryError, type FetchedFile, type FileVault } from "../contracts.ts";
import { attachment } from "../support/attachment.ts";
import { openScratch } from "./scratch.ts";

/** An S3-compatible bucket. */
export interface BucketOptions {
  /** Absent: Amazon's, by region. The bucket is part of its path; of Amazon's address part of the host. */
  readonly endpoint?: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where files are written until they are sent. */
  readonly scratch: string;
}

/** From the request to the answer, not counting the file. */
const answerMs = 20_000;

/** Files in a bucket, each under `media/<SHA-256>`; the bucket checks the bytes by it. Redirects are not followed. */
export async function openBucket(options: BucketOptions): Promise<FileVault> {
  const { scratch } = options;
  await openScratch(scratch);
  const agent = new Agent({
    connect: { timeout: 5_000 },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  });
  const ask = (sha256: string, asked: Asked) => send(agent, options, sha256, asked);
  return {
    scratch,
    async keep(path, file) {
      await ask(file.sha256, { method: "PUT", path, file });
      await rm(path, { force: true });
    },
    async has(sha256) {
      const { statusCode, body } = await ask(sha256, { method: "HEAD" });
      await body.dump();
      return statusCode !== 404;
    },
    async open(sha256): Promise<Readable | undefined> {
      const { statusCode, body } = await ask(sha256, { method: "GET" });
      if (statusCode !== 404) return body;
      await body.dump();
      return undefined;
    },
    link: (file, seconds) => presign(options, file, { seconds }),
    async remove(sha256) {
      const { body } = await ask(sha256, { method: "DELETE" });
      await body.dump();
    },
    close: () => agent.destroy(),
  };
}

type Presigned = Parameters<NonNullable<FileVault["link"]>>[0];

/** Whoever has the address may read the file until then; browsers save it and do not show it. */
export async function presign(
  options: Omit<BucketOptions, "scratch">,
  { sha256, name, type }: Presigned,
  { seconds, at = new Date() }: { readonly seconds: number; readonly at?: Date },
): Promise<string> {
  const url = addressOf(options, sha256);
  url.searchParams.set("response-content-disposition", attachment(name));
  url.searchParams.set("response-content-type", type);
  return signedQuery(options, url, { seconds, at });
}

/** AWS Signature Version 4 in the query, as https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html has it. */
export async function signedQuery(
  options: Pick<BucketOptions, "region" | "accessKeyId" | "secretAccessKey">,
  url: URL,
  { seconds, at }: { readonly seconds: number; readonly at: Date },
): Promise<string> {
  url.searchParams.set("X-Amz-Expires", String(seconds));
  const { region, accessKeyId, secretAccessKey } = options;
  const keys = { region, accessKeyId, secretAccessKey };
  const signer = new AwsV4Signer({
    ...{ ...keys, url: url.href, service: "s3", method: "GET", signQuery: true },
    datetime: `${at.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`,
  });
  // Here a plus would be a space, and there a plus.
  return (await signer.sign()).url.href.replaceAll("+", "%20");
}

interface Asked {
  readonly method: "PUT" | "HEAD" | "GET" | "DELETE";
  /** Of PUT. */
  readonly path?: string;
  readonly file?: FetchedFile;
}

async function send(
  dispatcher: Agent,
  options: BucketOptions,
  sha256: string,
  { method, path, file }: Asked,
): Promise<Dispatcher.ResponseData> {
  const { region, accessKeyId, secretAccessKey } = options;
  const { url, headers } = await new AwsV4Signer({
    ...{ region, accessKeyId, secretAccessKey, method, service: "s3" },
    url: addressOf(options, sha256).href,
    headers: { "x-amz-content-sha256": file?.sha256 ?? emptySha256 },
  }).sign();
  const sent = request(url, {
    ...{ dispatcher, method },
    headers: {
      ...Object.fromEntries(headers),
      ...(file && { "content-length": String(file.bytes), "content-type": file.type }),
    },
    body: path === undefined ? null : createReadStream(path),
  });
  const answer = await sent.catch((error: unknown) => {
    throw new DeliveryError("outage", "the bucket of the files does not answer", { cause: error });
  });
  const { statusCode } = answer;
  if (statusCode < 300 || (statusCode === 404 && method !== "PUT")) return answer;
  await answer.body.dump();
  throw failure(statusCode);
}

/** Of no bytes at all. */
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function failure(status: number): DeliveryError {
  const wrong = status < 500 && status !== 408 && status !== 429;
  if (!wrong) return new DeliveryError("outage", `the bucket of the files answered ${status}`);
  const remedy = "check MEDIA_S3_* and what these keys may do";
  return new DeliveryError("config", `the bucket of the files answered ${status}: ${remedy}`);
}

function addressOf(
  { endpoint, bucket, region }: Pick<BucketOptions, "endpoint" | "bucket" | "region">,
  sha256: string,
): URL {
  const base = endpoint?.replace(/\/$/, "");
  const root = base ? `${base}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`;
  return new URL(`${root}/media/${sha256}`);
}
