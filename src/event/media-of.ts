import type { Media, Message, WaypostEvent } from "./generated.ts";

/** A file that a message carries, as the event tells of it. */
export interface MessageMedia extends Media {
  readonly kind: (typeof kinds)[number];
  readonly id: string;
  /** As the sender named it, or made of its kind and type; never a path. */
  readonly name: string;
}

const kinds = ["image", "video", "audio", "document", "sticker"] as const;
const extensions: Readonly<Record<string, string>> = {
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/webp": ".webp",
  "video/mp4": ".mp4",
  "video/3gpp": ".3gp",
  "audio/ogg": ".ogg",
  "audio/mpeg": ".mp3",
  "audio/mp4": ".m4a",
  "audio/aac": ".aac",
  "audio/amr": ".amr",
  "application/pdf": ".pdf",
};

/** The files of a message, in the order of its parts; one that an edit brings too. */
export function mediaOf({ data }: Pick<WaypostEvent, "data">): MessageMedia[] {
  const { message } = data;
  if (message === undefined) return [];
  const edited = message.edit?.message as Message | undefined;
  return [message, ...(edited ? [edited] : [])].flatMap((each) =>
    kinds.flatMap((kind) => {
      const media = each[kind];
      return media?.id === undefined
        ? []
        : [{ ...media, kind, id: media.id, name: nameOf(kind, media) }];
    }),
  );
}

/** What leads to another place, is not seen, or turns round what stands behind it: `cod\u202efdp.exe` reads as codexe.pdf. */
const unsafe = /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

function nameOf(kind: string, { filename, mimeType = "" }: Media): string {
  const told = filename
    ?.replace(unsafe, "_")
    .slice(-200)
    .replace(/\p{Surrogate}/gu, "\ufffd");
  if (told !== undefined && !/^[._\s]*$/.test(told)) return told;
  return `${kind}${extensions[mimeType.split(";")[0]?.trim() ?? ""] ?? ""}`;
}
