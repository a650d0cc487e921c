import type { MediaConfig } from "../config/media.ts";
import {
  type Delivery,
  type FileVault,
  type Ledger,
  mediaDestination,
  type Store,
} from "../contracts.ts";
import type { Surroundings } from "../deliver/attempt/surroundings.ts";
import { type DestinationSetup, deliveryId } from "../deliver/delivery.ts";
import { takesMedia } from "../deliver/routes/without-route.ts";
import type { WentWithout } from "../event/file-arrived.ts";
import { openDirectory } from "../media/directory.ts";
import { createEventFiles } from "../media/event-files.ts";
import { createLibrary, type Library } from "../media/library.ts";
import { createPublicLinks, type PublicLinks } from "../media/public-links.ts";
import type { FindLinked } from "../receive/media-links.ts";
import type { Base } from "./base.ts";
import { mediaRetention } from "./media-retention.ts";
import type { Plan } from "./plan.ts";

/** An address lives for five minutes, a media id for days; what failed by then is Meta's to explain. */
const retry = {
  delaysMs: [1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000],
};
/** 100 MB over a slow line. */
const timeoutMs = 120_000;
const concurrency = 8;

/** Files of messages, as this process has them. */
export interface Media {
  readonly library: Library;
  /** Absent without MEDIA_PUBLIC_URL. */
  readonly links?: PublicLinks;
  readonly vault: FileVault;
}

/** undefined without META_ACCESS_TOKEN. Rejects when the directory cannot be made. */
export async function openMedia(
  { config, life }: Base,
  store: Pick<Store, "media">,
): Promise<Media | undefined> {
  const { media } = config;
  if (media === undefined) return undefined;
  const { publicUrl, accessToken } = media;
  const vault = await openVault(media);
  life.add("files", () => vault.close());
  const links = publicUrl === undefined ? undefined : createPublicLinks({ publicUrl, accessToken });
  const library = createLibrary({ rows: store.media, vault, ...(links && { links }) });
  return { library, vault, ...(links && { links }) };
}

/** Where the files are kept. Rejects when the directory cannot be made. */
export async function openVault({
  dir,
  bucket,
}: Pick<MediaConfig, "dir" | "bucket">): Promise<FileVault> {
  if (bucket === undefined) return openDirectory(dir);
  const { openBucket } = await import("../media/bucket.ts");
  return openBucket({ ...bucket, scratch: `${dir}/tmp` });
}

/** Behind the links to files on the public port. */
export function findLinked(media: () => Media | undefined): FindLinked {
  return async (mediaId, { e, s }) => {
    const { links, library } = media() ?? {};
    if (links === undefined || library === undefined) throw new Error("the files are not open yet");
    if (!links.isGood(mediaId, e, s)) return undefined;
    const file = await library.find(mediaId);
    return file === undefined || "absent" in file ? undefined : file;
  };
}

/** What destinations are told of files; absent where none are fetched. */
export function filesOf(
  media: Media | undefined,
  { routing }: Plan,
  { ledger }: Pick<Store, "ledger">,
): Surroundings["files"] | undefined {
  return (
    media &&
    createEventFiles({
      library: media.library,
      takes: takesMedia(routing.accounts),
      fetching: (eventId) => ledger.delivery(deliveryId(mediaDestination, eventId)),
    })
  );
}

/** The built-in destination that fetches, where it is among the plan's. */
export async function createMediaSetup(
  { config }: Base,
  parts: {
    readonly media: Media | undefined;
    readonly store: Pick<Store, "media" | "ledger">;
    readonly plan: Plan;
    /** The others. */
    readonly setups: readonly DestinationSetup[];
    readonly settled: (eventId: string) => void;
  },
): Promise<readonly DestinationSetup[]> {
  const { media, store, plan, setups, settled } = parts;
  if (media === undefined || config.media === undefined) return [];
  // Loaded only where it is used.
  const { createMedia } = await import("../destinations/media/media.ts");
  const { accessToken, graphUrl, maxBytes } = config.media;
  const destination = createMedia({
    ...{ maxBytes, vault: media.vault, rows: store.media, settled },
    graph: { accessToken, graphUrl },
    retentionMs: mediaRetention(plan.routing, config),
    without: (eventId, before) => wentWithout({ eventId, before }, setups, store.ledger),
  });
  const rules = { retry, timeoutMs, concurrency };
  return [{ name: mediaDestination, destination, config: rules }];
}

/**
 * Of those that take files: where the event's delivery is done, or may be, by an attempt that the file, which has come by now,
 * was too late for. One that is open gets it at its turn.
 */
async function wentWithout(
  { eventId, before }: { readonly eventId: string; readonly before: Date },
  setups: readonly DestinationSetup[],
  ledger: Pick<Ledger, "deliveriesOf">,
): Promise<WentWithout[]> {
  const taking = new Set(
    setups
      .filter(({ destination, config }) => destination.files && !config.omit?.includes("media"))
      .map(({ name }) => name),
  );
  const deliveries = await ledger.deliveriesOf(eventId);
  return deliveries
    .filter((delivery) => mayHaveGone(delivery, before))
    .filter(({ destination }) => taking.has(destination))
    .map(({ destination, route }) => ({ destination, route }));
}

function mayHaveGone({ state, history }: Delivery, before: Date): boolean {
  const began = history.at(-1)?.at;
  return (
    state === "sending" ||
    (state === "delivered" && (began === undefined || Date.parse(began) <= before.getTime()))
  );
}
