let listen: (() => void) | undefined;
let early = false;
let caught = false;

/** From now on SIGHUP, which would end the process, does nothing by itself. To be called before anything else. */
export function catchHangups(): void {
  if (caught) return;
  caught = true;
  process.on("SIGHUP", () => {
    if (listen === undefined) early = true;
    else listen();
  });
}

/** Calls for each SIGHUP, and now when one came before. After the returned function has been called, they do nothing. */
export function onHangup(act: () => void): () => void {
  catchHangups();
  listen = act;
  if (early) act();
  early = false;
  return () => {
    listen = () => undefined;
  };
}
