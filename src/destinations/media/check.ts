import type { Agent } from "undici";
import { DeliveryError, type DestinationCheck, type FileVault } from "../../contracts.ts";
import { AbsentFileError, askGraph, type GraphOptions } from "./graph.ts";

interface CheckParts {
  readonly dispatcher: Agent;
  readonly graph: GraphOptions;
  readonly vault: Pick<FileVault, "has">;
}

/** Whether Meta knows the token, and the place of the files answers. Changes nothing. */
export async function checkMedia(
  { dispatcher, graph, vault }: CheckParts,
  signal: AbortSignal,
): Promise<DestinationCheck[]> {
  const token = askGraph(dispatcher, graph, "me?fields=id", signal);
  const nothing = "0".repeat(64);
  return Promise.all([
    checked("META_ACCESS_TOKEN", token, "Meta knows it"),
    checked("the place of the files", vault.has(nothing), "it answers"),
  ]);
}

async function checked(
  name: string,
  asked: Promise<unknown>,
  good: string,
): Promise<DestinationCheck> {
  try {
    await asked;
    return { name, ok: true, detail: good };
  } catch (error) {
    const known = error instanceof DeliveryError || error instanceof AbsentFileError;
    return { name, ok: false, detail: known ? error.message : "it could not be checked" };
  }
}
