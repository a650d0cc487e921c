import { type AbsentFile, deliveryError, type EventFile } from "../../contracts.ts";
import { leftOut } from "../left-out.ts";
import { absentPostOf } from "./post.ts";
import { shareFiles, type ThreadPlace, withDoubt } from "./upload.ts";
import { inTurn, type Way } from "./way.ts";

export interface Uploads {
  readonly ids: readonly string[];
  /** As they are called where they cannot be shown. */
  readonly files: readonly EventFile[];
  readonly place: ThreadPlace;
}

/**
 * Shows uploaded files behind their post. Some Slack refuses only now, when it knows the channel or has scanned them: a line in the
 * thread says so. It carries their ids, so that a later look finds it as it would find the files. Throws DeliveryError that says it may
 * have happened.
 */
export async function showFiles(way: Way, { ids, files, place }: Uploads): Promise<void> {
  const why = await shareFiles(way, ids, place);
  if (why === undefined) return;
  const absent = files.map((file) => leftOut(file, why));
  await tellAbsent(way, absent, { ids, place });
}

/** A line of their own. `ids`: uploads that it stands for. */
export async function tellAbsent(
  way: Way,
  absent: readonly AbsentFile[],
  { ids, place }: Omit<Uploads, "files">,
): Promise<void> {
  if (absent.length === 0) return;
  try {
    await inTurn(way, () => way.client.chat.postMessage(absentPostOf(absent, { ids, place })));
  } catch (error) {
    throw withDoubt(deliveryError(error), true);
  }
}
