import type { SourceConfig } from "../../contracts/sources.ts";
import type { Accounts } from "../../contracts.ts";
import { encodeEvent } from "../../event/encode.ts";
import type { WaypostEvent } from "../../event/event.ts";
import { hashId, shortHash } from "../../event/hash-id.ts";
import { quarantinedPost } from "../../event/quarantined-post.ts";
import type { JsonProblem } from "../json.ts";
import { keepWhole, type ParsedPost, type PostStamp } from "../parse-post.ts";
import type { VerifiedBody } from "../verified-body.ts";
import { compileEmit, type Draft, SourceError } from "./compile-emit.ts";
import { readBody } from "./read-body.ts";

/** What a body of a source becomes; plain data without secrets, which a thread can be given. */
export interface SourceRules extends Pick<SourceConfig, "name" | "kind" | "emit"> {
  readonly account: { readonly name: string } & NonNullable<Accounts[string]>;
}

export interface CompiledSource {
  readonly rules: SourceRules;
  /**
   * The events that the body makes, and the body itself for quarantine when it or a part of it could not be used. Never
   * throws. `contentType` is not known of what comes out of quarantine.
   */
  parse(body: VerifiedBody, stamp: PostStamp, contentType?: string): ParsedPost;
}

/** Throws a SourceError whose path begins at the source. */
export function compileSource(rules: SourceRules): CompiledSource {
  const { name, kind, account, emit } = rules;
  const makers = emit.map((entry, i) => {
    try {
      return compileEmit(entry, account);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new SourceError(joined(`emit[${i}]`, error.path), error.message);
    }
  });

  const parse = (body: VerifiedBody, stamp: PostStamp, contentType?: string): ParsedPost => {
    const read = readBody(body, kind === "hook", contentType);
    if ("unreadable" in read) return keepWhole(body, stamp, read.unreadable);
    const problems: JsonProblem[] = [...read.problems];
    const drafts: Draft[] = [];
    for (const [i, make] of makers.entries()) {
      const made = make(read.value, stamp);
      if (made === undefined) continue;
      if ("event" in made) drafts.push(made);
      else problems.push({ path: joined(`emit[${i}]`, made.path), reason: made.message });
    }
    const events = withIds(drafts, name, body).map((event) =>
      encodeEvent({ ...event, postid: stamp.postId }),
    );
    if (problems.length > 0) events.push(encodeEvent(quarantinedPost(body, problems, stamp)));
    return { events, accounts: [] };
  };

  return {
    rules,
    parse(body, stamp, contentType) {
      try {
        return parse(body, stamp, contentType);
      } catch (error) {
        const reason = error instanceof Error ? error.name : typeof error;
        return keepWhole(body, stamp, `could not be read: ${reason}`);
      }
    },
  };
}

/**
 * An id is made of source, type and name, so that it collides with no other vendor's, and is the same when the body comes again. Of
 * several events that one body gives the same name, the later ones are counted.
 */
function withIds(drafts: readonly Draft[], source: string, body: VerifiedBody): WaypostEvent[] {
  const counts = new Map<string, number>();
  let bytesHash: string | undefined;
  return drafts.map(({ event, name }) => {
    bytesHash ??= name === undefined ? shortHash(body) : undefined;
    const named = name === undefined ? ["bytes", bytesHash ?? shortHash(body)] : ["id", name];
    const parts = ["source", source, event.type, ...named];
    const id = hashId("evt_", parts);
    const count = counts.get(id) ?? 0;
    counts.set(id, count + 1);
    return { ...event, id: count === 0 ? id : hashId("evt_", [...parts, String(count)]) };
  });
}

function joined(place: string, path: string): string {
  return path === "" ? place : `${place}.${path}`;
}
