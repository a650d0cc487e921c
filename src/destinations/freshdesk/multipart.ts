import { createHash } from "node:crypto";
import type { ApiRequest } from "../http/api.ts";

export interface Upload {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

type Sent = Pick<ApiRequest, "json" | "body" | "headers">;

/** JSON, or a form where there are files: lists and objects in it as Freshdesk wants them, `tags[]`, `custom_fields[cf_x]`. */
export function bodyOf(
  fields: Readonly<Record<string, unknown>>,
  uploads: readonly Upload[],
): Sent {
  if (uploads.length === 0) return { json: fields };
  const texts = Object.entries(fields).flatMap(([name, value]) => formFields(name, value));
  const seed = uploads.map(({ bytes }) => createHash("sha256").update(bytes).digest("hex")).join();
  const boundary = `waypost-${createHash("sha256").update(seed).digest("hex").slice(0, 40)}`;
  const parts = [
    ...texts.map(([name, value]) => part(boundary, `name="${name}"`, "", Buffer.from(value))),
    ...uploads.map(({ name, type, bytes }) =>
      part(
        boundary,
        `name="attachments[]"; filename="${fileName(name)}"`,
        `Content-Type: ${/^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream"}\r\n`,
        bytes,
      ),
    ),
  ];
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

function formFields(name: string, value: unknown): (readonly [string, string])[] {
  if (Array.isArray(value)) return value.map((each) => [`${name}[]`, String(each)] as const);
  if (typeof value !== "object" || value === null) return [[name, String(value)]];
  return Object.entries(value).map(([key, inner]) => [`${name}[${key}]`, String(inner)] as const);
}

function part(boundary: string, disposition: string, more: string, bytes: Uint8Array): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\r\n")]);
}

/** A sender's name for it cannot end the header. */
function fileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return name.replace(/["\\/\r\n\u0000-\u001f]/g, "_").slice(0, 200) || "file";
}
