import type { Request, RequestHandler, Response } from "express";
import type { Installation } from "../../contracts.ts";
import { anyViewerOf, viewerOf } from "../access/viewer.ts";
import { type ApiDocument, readApiDocument } from "../api-document.ts";
import { matchOf, methodOf, operationOf } from "../http/matched.ts";
import { createNote } from "../http/note.ts";
import { Problem, unavailable } from "../http/problem.ts";
import { createMasks, type Masks, readEventSchema } from "./contracts.ts";
import { createKeyed, type Keyed } from "./keyed.ts";
import { mayHoldPseudonyms, openPseudonyms } from "./opened.ts";
import { refuseOracles } from "./refuse-oracles.ts";
import { hide } from "./shown.ts";
import { seesContents } from "./shown-to.ts";

export interface Masking {
  /** Before the validator: it is to see the ids that pseudonyms stand for, and to hold whole answers against the contract. */
  readonly before: RequestHandler;
  /** Behind it, before any handler. */
  readonly after: RequestHandler;
  /** Reads the contract, which the first masked answer would else wait for. */
  prepare(): void;
}

/** As a stream shows its records, of a schema of `components`, to whom it is sent. */
export type Shown = (schema: string, value: unknown) => unknown;

const shown = createNote<Response, Shown>("shown");

/** For answers that are not sent by `response.json`. Throws where nobody masks: such an answer must not be given. */
export function shownBy(response: Response): Shown {
  const show = shown.get(response);
  if (show === undefined) throw new Error("nobody has said what may be shown");
  return show;
}

/**
 * The one place where answers are masked: handlers answer with the truth. Who has no `content` gets of it what the contract says to be
 * safe, may ask by pseudonyms, and not by what is masked.
 */
export function createMasking(installation: Installation): Masking {
  const keyed = createKeyed(installation);
  let read: ReturnType<typeof readContracts> | undefined;
  const contracts = () => {
    read ??= readContracts();
    return read;
  };
  return {
    before: async (request, response, next) => {
      await keyed.load();
      if (mayHoldPseudonyms(request)) {
        if (!keyed.loaded) throw unavailable("store-unavailable", "The store does not answer now.");
        openPseudonyms(request, keyed.pseudonyms);
      }
      maskJson(request, response, () => contracts().masks, keyed);
      next();
    },
    after: (request, response, next) => {
      // Only to begin a session nobody has said who they are.
      if (anyViewerOf(response) === undefined) return next();
      if (!viewerOf(response).scopes.has("content")) refuseOracles(request, contracts().api);
      if (!seesContents(request, response)) refuseBytes(request, contracts().api);
      next();
    },
    prepare: () => void contracts(),
  };
}

function readContracts() {
  const api = readApiDocument();
  return { api, masks: createMasks(api, readEventSchema()) };
}

function maskJson(request: Request, response: Response, masks: () => Masks, keyed: Keyed): void {
  const json = response.json.bind(response);
  const { pseudonyms } = keyed;
  const whole = () => seesContents(request, response);
  shown.set(response, (schema, value) => {
    if (whole()) return value;
    if (!response.headersSent) response.set("X-Waypost-Masked", "true");
    return masks().ofSchema(schema)(value, pseudonyms);
  });
  // Named first, as `createAuditing` says.
  const answer = (body: unknown) => {
    // Problems hold words of our own alone.
    const isProblem = String(response.get("content-type")).startsWith("application/problem+json");
    if (isProblem || whole()) return json(body);
    const asked = { method: methodOf(request), route: matchOf(request).openApiRoute };
    const mask = masks().ofAnswer({ ...asked, status: response.statusCode }) ?? hide;
    response.set("X-Waypost-Masked", "true");
    return json(mask(body, pseudonyms));
  };
  response.json = answer;
}

/** What cannot be masked, such as a file, is not given to a session that has not said why. Others lack the scope anyway. */
function refuseBytes(request: Request, api: ApiDocument): void {
  const types = Object.keys(operationOf(api, request)?.responses?.["200"]?.content ?? {});
  if (!types.includes("application/octet-stream")) return;
  throw new Problem(403, "not-revealed", "This shows contents.", {
    detail: "Say why in the header X-Waypost-Reveal.",
  });
}
