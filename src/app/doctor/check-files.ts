import { Agent } from "undici";
import type { Config } from "../../config/config.ts";
import { DeliveryError, type DoctorFinding, mediaDestination } from "../../contracts.ts";
import { checkMedia } from "../../destinations/media/check.ts";
import { openVault } from "../media.ts";
import { bad, good } from "./check.ts";

const checkMs = 15_000;

/** What fetches the files of messages: its token, and where they are kept. Nothing without META_ACCESS_TOKEN. */
export async function checkFiles({ media }: Pick<Config, "media">): Promise<DoctorFinding[]> {
  if (media === undefined) return [];
  const dispatcher = new Agent({ connect: { timeout: 5_000 } });
  try {
    const vault = await openVault(media);
    const parts = { dispatcher, graph: media, vault };
    const found = await checkMedia(parts, AbortSignal.timeout(checkMs));
    await vault.close();
    return found.map(({ name, ok, detail }) => {
      const found = `${name}: ${detail}`;
      return ok ? good(mediaDestination, found) : bad(mediaDestination, "files_unavailable", found);
    });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const remedy = "Let the user that runs Waypost write there, or set MEDIA_DIR.";
    const found = `the place of the files: ${error.message}`;
    return [bad(mediaDestination, "files_unavailable", found, remedy)];
  } finally {
    await dispatcher.destroy();
  }
}
