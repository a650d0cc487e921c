import type { ConnectedApp, ConnectionProblem, ConnectionStep } from "../contracts.ts";
import { drift, failed } from "./drift.ts";
import { hasEnded } from "./fields.ts";
import type { GraphAnswers, Wanted } from "./graph-answers.ts";

/** The app's callback and fields. Pure. */
export function appDrift(answers: GraphAnswers, wanted: Wanted): ConnectionProblem[] {
  const { app, appFailure, tried } = answers;
  const appId = wanted.appId ?? answers.token?.appId;
  const problems: ConnectionProblem[] = [];
  if (appFailure) problems.push(failed(appFailure, `WHATSAPP_APP_SECRET for the app ${appId}`));
  if (tried !== undefined && wanted.callback !== undefined) {
    const what = `${wanted.callback}, tried from here: ${tried}.`;
    const remedy =
      "Meta does the same when the callback is set: see the address, its certificate, the proxy and WHATSAPP_VERIFY_TOKEN.";
    problems.push(drift("warning", "meta_callback", what, remedy));
  }
  if (app === undefined) return problems;
  const callback = wanted.callback ?? app.callback;
  const fields = [...new Set([...app.fields.map(({ name }) => name), ...wanted.fields])];
  // Callback and fields are set by one call, which verifies the address each time.
  const step =
    callback === undefined ? undefined : ({ act: "set-webhook", callback, fields } as const);
  return [...problems, ...callbackDrift(app, wanted, step), ...fieldDrift(app, wanted, step)];
}

function callbackDrift(
  app: ConnectedApp,
  wanted: Wanted,
  step: ConnectionStep | undefined,
): ConnectionProblem[] {
  const { callback, active } = app;
  const apply = "`waypost connect --apply` sets it.";
  const unknown = "Set PUBLIC_URL (or --callback) to how Meta reaches the public port.";
  if (callback === undefined) {
    const what = "The app has no callback URL for WhatsApp: Meta sends nothing.";
    return [drift("error", "meta_callback", what, step ? apply : unknown, step)];
  }
  if (wanted.callback === undefined) {
    const what = `The app sends to ${callback}; whether that is this Waypost is not known.`;
    return [drift("note", "meta_callback", what, unknown)];
  }
  if (callback !== wanted.callback) {
    const what = `The app sends to ${callback}, not to ${wanted.callback}.`;
    return [drift("error", "meta_callback", what, apply, step)];
  }
  if (active !== false) return [];
  const what = "The app's subscription is not active: Meta sends nothing.";
  return [drift("error", "meta_callback", what, apply, step)];
}

function fieldDrift(
  app: ConnectedApp,
  wanted: Wanted,
  step: ConnectionStep | undefined,
): ConnectionProblem[] {
  const problems: ConnectionProblem[] = [];
  const there = new Set(app.fields.map(({ name }) => name));
  const missing = wanted.fields.filter((name) => !there.has(name));
  const apply = "`waypost connect --apply` subscribes; --fields names those that are wanted.";
  if (missing.includes("messages")) {
    const what = "The app is not subscribed to messages: no message and no status comes.";
    problems.push(drift("error", "meta_fields", what, apply, step));
  }
  const others = missing.filter((name) => name !== "messages");
  if (others.length > 0) {
    const what = `The app is not subscribed to ${others.join(", ")}.`;
    problems.push(drift("warning", "meta_fields", what, apply, step));
  }
  const old = app.fields.filter(({ version }) => version !== undefined && hasEnded(version));
  if (old.length > 0) {
    const names = old.map(({ name, version }) => `${name} (${version})`).join(", ");
    const what = `Subscribed by versions of Graph that have ended: ${names}.`;
    const remedy = "`waypost connect --apply` subscribes anew, by the version of META_GRAPH_URL.";
    problems.push(drift("warning", "meta_fields", what, remedy, step));
  }
  return problems;
}
