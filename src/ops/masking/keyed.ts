import type { Installation } from "../../contracts.ts";
import { within } from "../../support/within.ts";
import { createPseudonyms, noPseudonyms, type Pseudonyms } from "./pseudonyms.ts";

export interface Keyed {
  /** Waits for the key, not for long. Never rejects. */
  load(): Promise<void>;
  readonly loaded: boolean;
  /** Those of the installation, once its key is there. */
  readonly pseudonyms: Pseudonyms;
}

const loadMs = 2_000;
const againAfterMs = 5_000;

/** The installation's pseudonyms. A store that is away is asked again, but not by each request. */
export function createKeyed(installation: Installation): Keyed {
  let pseudonyms = noPseudonyms;
  let loading: Promise<void> | undefined;
  const load = async () => {
    try {
      pseudonyms = createPseudonyms(await within(loadMs, installation.pseudonymKey()));
    } catch {
      setTimeout(() => (loading = undefined), againAfterMs).unref();
    }
  };
  return {
    load: () => (loading ??= load()),
    get loaded() {
      return pseudonyms !== noPseudonyms;
    },
    get pseudonyms() {
      return pseudonyms;
    },
  };
}
