/** As many bytes from a file's beginning say what it is. */
export const sniffBytes = 4_096;

interface Sign {
  readonly at: number;
  readonly bytes: string;
  readonly type: string;
}

/** What files begin with (https://mimesniff.spec.whatwg.org/ and the formats' own specifications), as Latin-1. */
const signs: readonly Sign[] = [
  { at: 0, bytes: "\xff\xd8\xff", type: "image/jpeg" },
  { at: 0, bytes: "\x89PNG\r\n\x1a\n", type: "image/png" },
  { at: 0, bytes: "GIF8", type: "image/gif" },
  { at: 0, bytes: "%PDF-", type: "application/pdf" },
  { at: 0, bytes: "OggS", type: "audio/ogg" },
  { at: 0, bytes: "ID3", type: "audio/mpeg" },
  { at: 0, bytes: "#!AMR", type: "audio/amr" },
  { at: 0, bytes: "PK\x03\x04", type: "application/zip" },
  { at: 0, bytes: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", type: "application/x-ole-storage" },
  { at: 0, bytes: "{\\rtf", type: "application/rtf" },
];

/** Within ISO base media files, by their major brand; every other brand is an MP4 video. */
const brands: Readonly<Record<string, string>> = {
  "M4A ": "audio/mp4",
  "M4B ": "audio/mp4",
  "qt  ": "video/quicktime",
  heic: "image/heic",
  heix: "image/heic",
  mif1: "image/heif",
  avif: "image/avif",
};

/** Formats that are a container of another one: which of them it is, is taken from what was told. */
const contained: Readonly<Record<string, RegExp>> = {
  "application/zip":
    /^application\/(vnd\.openxmlformats-officedocument\.[\w.-]+|vnd\.oasis\.opendocument\.[\w.-]+|epub\+zip)$/,
  "application/x-ole-storage":
    /^application\/(msword|vnd\.ms-excel|vnd\.ms-powerpoint|vnd\.ms-outlook)$/,
  "audio/mp4": /^audio\/(mp4|aac|x-m4a)$/,
  "video/mp4": /^(audio\/mp4|video\/(mp4|3gpp))$/,
};

/**
 * What a file is, by its first bytes; what was told of it counts only where the bytes leave it open. Never a type that a browser
 * would run: what looks like text is `text/plain`, and what is unknown `application/octet-stream`.
 */
export function sniff(head: Buffer, given: string | undefined): string {
  const declared = given?.split(";")[0]?.trim().toLowerCase() ?? "";
  const found = byBytes(head);
  if (found === undefined) return isText(head) ? "text/plain" : "application/octet-stream";
  return contained[found]?.test(declared) ? declared : found;
}

function byBytes(head: Buffer): string | undefined {
  const start = head.toString("latin1", 0, 64);
  const sign = signs.find(({ at, bytes }) => start.startsWith(bytes, at));
  if (sign !== undefined) return sign.type;
  if (start.startsWith("RIFF")) return byRiff(start.slice(8, 12));
  if (start.startsWith("ftyp", 4)) return byBrand(start.slice(8, 12));
  return byFrame(head);
}

function byRiff(form: string): string | undefined {
  if (form === "WEBP") return "image/webp";
  return form === "WAVE" ? "audio/wav" : undefined;
}

function byBrand(brand: string): string {
  return brands[brand] ?? (/^3g[a-z0-9]/.test(brand) ? "video/3gpp" : "video/mp4");
}

/** Audio without a header begins with the eleven or twelve ones of a frame; the layer tells MPEG from AAC. */
function byFrame(head: Buffer): string | undefined {
  const [first = 0, second = 0] = head;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 3;
  if (layer === 0) return (second & 0xf0) === 0xf0 ? "audio/aac" : undefined;
  return "audio/mpeg";
}

/** UTF-8 without control characters but those of lines; its last character may be cut off. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
  } catch {
    return false;
  }
}
